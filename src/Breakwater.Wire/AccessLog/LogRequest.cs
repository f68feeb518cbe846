using System.Runtime.InteropServices;

namespace Breakwater.Wire.AccessLog;

/// <summary>
/// One request as an access log tells it. Texts are parts of the line, which therefore has to be at hand. A member whose bit in
/// <see cref="Known"/> is not set was not logged and holds 0: unknown is never a value.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct LogRequest
{
    /// <summary>Who asked: the peer, or behind trusted proxies the last address of the forwarded-for chain that is not one of theirs.</summary>
    public Address Client;

    /// <summary>The other end of the connection, as the server names it (its own real-IP rules are already applied).</summary>
    public Address Peer;

    /// <summary>Nanoseconds since 1970-01-01 UTC: of the request's begin or end, as the server logs it.</summary>
    public long TimeNanoseconds;

    /// <summary>Bytes sent to the client: with or without headers, as the format has it.</summary>
    public ulong Bytes;

    /// <summary>How long the request took, in nanoseconds.</summary>
    public long DurationNanoseconds;

    /// <summary>How long the servers behind this one took, in nanoseconds, attempts added up.</summary>
    public long UpstreamNanoseconds;

    /// <summary>The request line as logged; of servers that log its parts alone it is not known.</summary>
    public LogText Request;

    /// <summary>RFC 9110 §9.</summary>
    public LogText Method;

    /// <summary>The request target up to its query (RFC 9112 §3.2), without scheme and host where the client sent these.</summary>
    public LogText Path;

    /// <summary>What follows the first question mark of the target; not known without one.</summary>
    public LogText Query;

    /// <summary>Such as <c>HTTP/1.1</c>.</summary>
    public LogText Protocol;

    /// <summary>The Referer header.</summary>
    public LogText Referer;

    /// <summary>The User-Agent header.</summary>
    public LogText UserAgent;

    /// <summary>The host that was asked, as logged, perhaps with a port.</summary>
    public LogText Host;

    /// <summary>The X-Forwarded-For header: a list that anybody can write.</summary>
    public LogText ForwardedFor;

    /// <summary>Which members hold values.</summary>
    public LogFields Known;

    /// <summary>The status code of the answer.</summary>
    public ushort Status;

    /// <summary>How texts are escaped.</summary>
    public LogEscapes Escapes;

    /// <summary>True when every bit of <paramref name="fields"/> is known.</summary>
    public readonly bool Knows(LogFields fields) => (Known & fields) == fields;
}

/// <summary>The members of <see cref="LogRequest"/> that a line may or may not carry.</summary>
[Flags]
public enum LogFields : uint
{
    None = 0,
    Client = 1 << 0,
    Peer = 1 << 1,
    Time = 1 << 2,
    Bytes = 1 << 3,
    Duration = 1 << 4,
    Upstream = 1 << 5,
    Request = 1 << 6,
    Method = 1 << 7,
    Path = 1 << 8,
    Query = 1 << 9,
    Protocol = 1 << 10,
    Referer = 1 << 11,
    UserAgent = 1 << 12,
    Host = 1 << 13,
    ForwardedFor = 1 << 14,
    Status = 1 << 15,

    /// <summary>The log has no time zone: its time was read as UTC.</summary>
    ZoneAssumed = 1 << 16,
}

/// <summary>How a server escapes quotes, backslashes and control characters in texts.</summary>
public enum LogEscapes : byte
{
    /// <summary>A backslash is a backslash (W3C formats).</summary>
    None = 0,

    /// <summary><c>\xHH</c>, <c>\"</c>, <c>\\</c> and C's letters: nginx and Apache.</summary>
    Backslash,

    /// <summary>RFC 8259 §7.</summary>
    Json,

    /// <summary><c>#HH</c>: HAProxy.</summary>
    Hash,
}
