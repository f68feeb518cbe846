using Breakwater.Wire;

namespace Breakwater.Samples.Web;

/// <summary>One request as a server would log it.</summary>
/// <param name="Millisecond">When it came, from the log's begin.</param>
/// <param name="Client">Who asked; a documentation address.</param>
/// <param name="Agent">The User-Agent header; <c>-</c> for none.</param>
/// <param name="Target">Path and query.</param>
internal readonly record struct LogHit(int Millisecond, Address Client, string Agent, string Target)
{
    public string Method { get; init; } = "GET";

    public string Referer { get; init; } = "-";

    public ushort Status { get; init; } = 200;

    public uint Bytes { get; init; } = 5_000;

    /// <summary>How long it took.</summary>
    public int DurationMilliseconds { get; init; } = 40;

    /// <summary>False for HTTP/2.</summary>
    public bool IsHttp1 { get; init; }
}
