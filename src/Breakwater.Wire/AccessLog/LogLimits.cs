namespace Breakwater.Wire.AccessLog;

/// <summary>Bounds of what one access log can make grow.</summary>
internal static class LogLimits
{
    /// <summary>Longest line that is read, in bytes; the rest of a longer one is passed over.</summary>
    public const int LineBytes = 65_536;

    /// <summary>Bytes that a reader holds of a file.</summary>
    public const int BufferBytes = 131_072;

    /// <summary>Bytes of a file that its format is recognised from.</summary>
    public const int HeadBytes = 65_536;

    /// <summary>Lines of a file that its format is recognised from.</summary>
    public const int HeadLines = 64;

    /// <summary>Formats that one file may mix.</summary>
    public const int FormatsOfAFile = 4;

    /// <summary>Longest format string, in characters.</summary>
    public const int FormatCharacters = 4_096;

    /// <summary>Most fields of a format.</summary>
    public const int Fields = 128;

    /// <summary>Levels of JSON objects and arrays inside each other.</summary>
    public const int JsonDepth = 64;

    /// <summary>How often the end of a field without quotes is looked for further on.</summary>
    public const int Retries = 8;

    /// <summary>Networks of trusted proxies.</summary>
    public const int TrustedNetworks = 256;

    /// <summary>Addresses of a forwarded-for chain that are looked at, from the last.</summary>
    public const int ForwardedAddresses = 32;
}
