using System.Collections.Immutable;
using System.Net;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry.Live;

/// <summary>How syslog comes (RFC 5426, RFC 6587, and the local sockets of syslog(3)).</summary>
internal enum SyslogTransport
{
    Udp,
    Tcp,

    /// <summary>A Unix socket; datagrams and connections under the same path cannot be, so it takes datagrams, as /dev/log does.</summary>
    Unix,

    /// <summary>A Unix socket that takes connections.</summary>
    UnixStream,
}

/// <summary>Where syslog is listened for.</summary>
/// <param name="Transport">How it comes.</param>
/// <param name="Address">With UDP and TCP.</param>
/// <param name="Path">With Unix sockets.</param>
internal sealed record SyslogEndpoint(SyslogTransport Transport, IPEndPoint? Address, string? Path);

/// <summary>One configured input of web logs: files or syslog.</summary>
/// <param name="Name">As configured: the pattern, or the address.</param>
/// <param name="Service">Number of the service that its requests are for; below 0: none.</param>
internal sealed record LogSource(string Name, int Service)
{
    /// <summary>Full path of the files, in the last part perhaps with <c>*</c> and <c>?</c>; null: syslog.</summary>
    public string? Pattern { get; init; }

    /// <summary>Null: files.</summary>
    public SyslogEndpoint? Syslog { get; init; }

    /// <summary>As configured, for a recording; null: found from the lines.</summary>
    public string? FormatText { get; init; }

    /// <summary>Networks whose word on X-Forwarded-For is taken, as configured.</summary>
    public ImmutableArray<string> TrustedProxies { get; init; } = [];

    /// <summary>Networks whose syslog is believed; not asked of Unix sockets, whose files say who may write.</summary>
    public ImmutableArray<(Address Network, int Length)> Allow { get; init; } = [];

    /// <summary>The format; null: found from the lines.</summary>
    public LogFormat? Format => FormatText is { } text && LogFormat.TryParse(text, out var format, out _) ? format : null;

    /// <summary>Compares what was configured.</summary>
    public static IEqualityComparer<LogSource> Comparer { get; } = EqualityComparer<LogSource>.Create(static (left, right) => left!.Canonical() == right!.Canonical(), static source => source.Canonical().GetHashCode(StringComparison.Ordinal));

    private string Canonical() => string.Join('\n', Name, Service, FormatText, string.Join(',', TrustedProxies), string.Join(',', Allow.Select(static network => $"{network.Network}/{network.Length}")));

    /// <summary>True for senders that are believed.</summary>
    public bool Allows(Address sender)
    {
        foreach (var (network, length) in Allow)
        {
            if (network.IsIPv4 == sender.IsIPv4 && sender.Masked(length) == network)
                return true;
        }

        return false;
    }
}
