namespace Breakwater.Wire.AccessLog;

/// <summary>What a place of a format holds, and how it is written there.</summary>
internal enum LogField : byte
{
    /// <summary>Passed over.</summary>
    Skipped = 0,

    /// <summary>An address; a host name or "-" leaves it unknown.</summary>
    Client,

    /// <summary>An address, and nothing else.</summary>
    ClientAddress,

    /// <summary>Address and port.</summary>
    ClientEndpoint,

    /// <summary>The connection's other end where the client's address is the server's choice.</summary>
    PeerAddress,

    ForwardedFor,

    /// <summary><c>10/Oct/2000:13:55:36 -0700</c>.</summary>
    CommonTime,

    /// <summary><c>10/Oct/2000:13:55:36.123</c>, without a zone.</summary>
    LocalTime,

    /// <summary>RFC 3339.</summary>
    IsoTime,

    /// <summary>Seconds since 1970, with a fraction or without.</summary>
    UnixSeconds,

    UnixMilliseconds,

    UnixMicroseconds,

    /// <summary>RFC 3339 or seconds since 1970, as the operator configured it.</summary>
    AnyTime,

    /// <summary><c>2000-10-10</c>, UTC.</summary>
    UtcDate,

    /// <summary><c>13:55:36</c>, UTC, beside a date.</summary>
    UtcTimeOfDay,

    /// <summary>Method, target and protocol.</summary>
    RequestLine,
    Method,

    /// <summary>Path and query.</summary>
    Target,
    Path,
    Query,
    Protocol,
    Status,
    Bytes,

    /// <summary>As <see cref="Bytes"/>, but "-" is 0 (Apache's %b).</summary>
    BytesOrDash,
    Referer,
    UserAgent,
    Host,

    /// <summary>A Host that holds only where nothing better does.</summary>
    OtherHost,

    /// <summary>The logger that wrote the line: one of errors tells of requests that the access log has too.</summary>
    Logger,
    DurationSeconds,
    DurationMilliseconds,
    DurationMicroseconds,
    DurationNanoseconds,

    /// <summary>A part of the duration, in seconds; parts are added up.</summary>
    DurationPart,

    /// <summary>As <see cref="DurationPart"/>, and the time of the servers behind.</summary>
    UpstreamPart,
    UpstreamSeconds,
    UpstreamMilliseconds,
    UpstreamNanoseconds,

    /// <summary>HAProxy's <c>TR/Tw/Tc/Tr/Ta</c>, in milliseconds.</summary>
    Timers,
}
