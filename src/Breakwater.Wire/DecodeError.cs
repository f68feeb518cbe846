namespace Breakwater.Wire;

/// <summary>Why bytes could not be read, named from the operator's view. Hostile input is a value, never an exception.</summary>
public enum DecodeError : byte
{
    /// <summary>All bytes were read.</summary>
    None = 0,

    /// <summary>The input ends before the structure that it announces.</summary>
    Truncated,

    /// <summary>The version field names no version that this decoder reads.</summary>
    BadVersion,

    /// <summary>A length field contradicts its parent or its own content.</summary>
    BadLength,

    /// <summary>A count field announces more than the bytes can hold.</summary>
    BadCount,

    /// <summary>A value that the specification forbids (reserved set id, field count 0 where one is required, …).</summary>
    BadValue,

    /// <summary>The format is known, but not this link type, block or compression.</summary>
    Unsupported,

    /// <summary>Layers are nested deeper than the written limit.</summary>
    TooDeep,

    /// <summary>A table bound was reached; the input was not kept.</summary>
    LimitReached,
}
