namespace Breakwater.Telemetry;

/// <summary>What a file, or a datagram inside a capture, holds.</summary>
internal enum InputKind : byte
{
    Unknown = 0,

    /// <summary>pcap or pcapng.</summary>
    Packets,

    /// <summary>sFlow version 5 datagram.</summary>
    Sflow,

    /// <summary>NetFlow version 5 datagram.</summary>
    NetFlow5,

    /// <summary>NetFlow version 9 datagram.</summary>
    NetFlow9,

    /// <summary>IPFIX messages, back to back (RFC 5655 §6.1; a single datagram is the same with one message).</summary>
    Ipfix,

    /// <summary>Lines of a web server's or proxy's access log.</summary>
    AccessLog,
}

internal static class InputKinds
{
    /// <summary>The names of <c>--as</c> and of reports.</summary>
    private static readonly (InputKind Kind, string Name)[] Names =
    [
        (InputKind.Packets, "packets"),
        (InputKind.Sflow, "sflow"),
        (InputKind.NetFlow5, "netflow5"),
        (InputKind.NetFlow9, "netflow9"),
        (InputKind.Ipfix, "ipfix"),
        (InputKind.AccessLog, "log"),
    ];

    public static IEnumerable<string> AllNames => Names.Select(static entry => entry.Name);

    public static string Name(this InputKind kind) =>
        Array.Find(Names, entry => entry.Kind == kind).Name ?? "unknown";

    public static bool TryParse(string name, out InputKind kind)
    {
        kind = Array.Find(Names, entry => entry.Name == name).Kind;
        return kind != InputKind.Unknown;
    }
}
