namespace Breakwater.Wire.AccessLog;

/// <summary>Why a line of an access log gave no request, named from the operator's view.</summary>
public enum LogError : byte
{
    /// <summary>The line is a request.</summary>
    None = 0,

    /// <summary>Nothing but white space, or a directive or comment of the format: no request was lost.</summary>
    NoRequest,

    /// <summary>The line ends before its format does.</summary>
    Truncated,

    /// <summary>The line is not written in the format of the file.</summary>
    OtherFormat,

    /// <summary>Where the client's address should stand is none.</summary>
    BadAddress,

    /// <summary>Where the time should stand is none, or one that does not exist.</summary>
    BadTime,

    /// <summary>A status, size or duration is no number, or too large.</summary>
    BadNumber,

    /// <summary>A line that begins like JSON and is none.</summary>
    BadJson,

    /// <summary>JSON is nested deeper than the written limit.</summary>
    TooDeep,

    /// <summary>The line is longer than <see cref="LogLimits.LineBytes"/>.</summary>
    TooLong,
}
