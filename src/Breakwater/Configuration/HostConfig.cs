using System.Collections.Immutable;
using System.Text;

namespace Breakwater.Configuration;

/// <summary>One agent that drops packets at this machine's interfaces (<c>breakwater agent</c>).</summary>
internal sealed record HostConfig
{
    public required string Name { get; init; }

    /// <summary>Full path of the Unix socket on which it is asked.</summary>
    public required string Socket { get; init; }
}

internal static class HostKeys
{
    public static readonly ScalarKey<string> Name = new("name", new NameValue(), "What reports call it; no two are equal") { IsRequired = true, Reload = ConfigReload.Restart };

    public static readonly ScalarKey<string> Socket = new("socket", new SocketPathValue(), "Where the agent is asked: its --socket; no two are equal") { IsRequired = true, Reload = ConfigReload.Restart };

    public static readonly ImmutableArray<ConfigKey> All = [Name, Socket];
}

/// <summary>A Unix socket by its full path, as long as the kernel takes it (sockaddr_un).</summary>
internal sealed record SocketPathValue : ConfigValue<string>
{
    /// <summary>With the octet that ends it, 108.</summary>
    public const int LongestOctets = 107;

    public override string Kind => "the path of a socket";

    public override string Range => "the full path of a Unix socket, at most 107 octets, such as /run/breakwater-agent/agent.sock";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        if (Encoding.UTF8.GetByteCount(text) > LongestOctets)
            return new("the path is longer than the 107 octets that a socket can have", "have the agent make its socket in a folder with a shorter path");
        return text.Length > 1 && text[0] == '/' && text[^1] != '/' && !text.Any(char.IsControl) ? null : new($"{ConfigMistakes.Quote(text)} is no full path of a socket", "write the path from / on, as in the agent's --socket, such as /run/breakwater-agent/agent.sock");
    }
}
