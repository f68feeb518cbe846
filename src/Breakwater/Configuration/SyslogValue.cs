using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>How syslog comes.</summary>
internal enum SyslogScheme
{
    Udp,
    Tcp,

    /// <summary>A Unix socket of datagrams.</summary>
    Unix,

    /// <summary>A Unix socket of connections.</summary>
    UnixStream,
}

/// <summary>Where syslog is listened for: an address and port, or the path of a Unix socket.</summary>
internal sealed record SyslogListen(SyslogScheme Scheme, ListenEndpoint? Endpoint, string? Path)
{
    /// <summary>True where only this machine can send.</summary>
    public bool IsLocal => Endpoint is not { } endpoint || endpoint.Address == Address.Parse("::1") || (endpoint.Address.IsIPv4 && endpoint.Address.Masked(8) == Address.Parse("127.0.0.0"));

    public override string ToString() => Scheme switch
    {
        SyslogScheme.Udp => $"udp://{Endpoint}",
        SyslogScheme.Tcp => $"tcp://{Endpoint}",
        SyslogScheme.UnixStream => $"unix-stream:{Path}",
        _ => $"unix:{Path}",
    };
}

/// <summary>An address for syslog.</summary>
internal sealed record SyslogValue : ConfigValue<SyslogListen>
{
    /// <summary>A longer path does not fit into the address of a Unix socket.</summary>
    public const int MaximumPath = 100;

    private const string Example = "write it like udp://127.0.0.1:5514, tcp://127.0.0.1:5514, unix:/run/breakwater/log.sock (datagrams) or unix-stream:/run/breakwater/log.sock";

    public override string Kind => "an address for syslog";

    public override string Range => "udp://ADDRESS:PORT, tcp://ADDRESS:PORT, unix:/PATH (datagrams, as nginx and HAProxy send) or unix-stream:/PATH";

    public override ValueFault? Read(string text, out SyslogListen value)
    {
        value = null!;
        foreach (var (prefix, scheme) in ((string, SyslogScheme)[])[("udp://", SyslogScheme.Udp), ("tcp://", SyslogScheme.Tcp)])
        {
            if (!text.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var fault = new ListenValue().Read(text[prefix.Length..], out var endpoint);
            value = new SyslogListen(scheme, endpoint, null);
            return fault is null ? null : new(fault.What, Example);
        }

        foreach (var (prefix, scheme) in ((string, SyslogScheme)[])[("unix-stream:", SyslogScheme.UnixStream), ("unix:", SyslogScheme.Unix)])
        {
            if (!text.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var path = text[prefix.Length..];
            value = new SyslogListen(scheme, null, path);
            if (path.Length > 1 && path[0] == '/' && !path.Any(char.IsControl) && Path.GetFullPath(path) == path)
                return System.Text.Encoding.UTF8.GetByteCount(path) <= MaximumPath ? null : new($"{ConfigMistakes.Quote(path)} is too long for a socket", $"write at most {MaximumPath} bytes");
            return new($"{ConfigMistakes.Quote(path)} is no full path", Example);
        }

        return new($"{ConfigMistakes.Quote(text)} says neither udp://, tcp:// nor unix:", Example);
    }
}
