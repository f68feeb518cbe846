using System.Globalization;
using System.Text.RegularExpressions;
using Breakwater.Wire;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>What tcpdump's text says of a packet's outermost IP header.</summary>
internal readonly record struct TcpdumpPacket(
    Address Source, ushort SourcePort, Address Destination, ushort DestinationPort, int? IpLength, int? TimeToLive)
{
    /// <summary>This packet without the members that a briefer text does not have.</summary>
    public TcpdumpPacket OnlyWhat(in TcpdumpPacket golden) => this with
    {
        IpLength = golden.IpLength is null ? null : IpLength,
        TimeToLive = golden.TimeToLive is null ? null : TimeToLive,
    };
}

/// <summary>tcpdump's text output (-n), brief or verbose: packets begin with their number and time.</summary>
internal static partial class TcpdumpLines
{
    /// <summary>The goldens beside a capture: its name with <c>.out</c> or <c>-v.out</c>, <c>-vv.out</c>, ….</summary>
    public static IEnumerable<string> Beside(string capture)
    {
        var stem = Path.GetFileNameWithoutExtension(capture);
        return Directory.EnumerateFiles(Path.GetDirectoryName(capture)!, stem + "*.out")
            .Where(path => Path.GetFileNameWithoutExtension(path)[stem.Length..] is "" or "-v" or "-vv" or "-vvv" or "-nv")
            .Where(path => File.ReadLines(path).FirstOrDefault() is { } line && PacketStart().IsMatch(line))
            .Order(StringComparer.Ordinal);
    }

    public static IReadOnlyList<TcpdumpPacket> Read(string path)
    {
        var packets = new List<TcpdumpPacket>();
        var lines = File.ReadAllLines(path);
        for (var index = 0; index < lines.Length; index++)
        {
            if (!PacketStart().IsMatch(lines[index]))
                continue;

            // Verbose IPv4 puts the addresses on the second line.
            var text = Ends().IsMatch(lines[index]) ? lines[index] : lines[index] + lines[++index];
            var ends = Ends().Match(text);
            var (source, sourcePort) = End(ends.Groups[1].Value);
            var (destination, destinationPort) = End(ends.Groups[2].Value);
            packets.Add(new TcpdumpPacket(source, sourcePort, destination, destinationPort, IpLength(text), Number(Hops().Match(text))));
        }

        return packets;
    }

    private static int? IpLength(string text) =>
        Number(PayloadLength().Match(text)) is { } payload ? payload + 40 : Number(TotalLength().Match(text));

    private static int? Number(Match match) => match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    /// <summary>An address, with a port behind a further dot.</summary>
    private static (Address Address, ushort Port) End(string text)
    {
        var dot = text.LastIndexOf('.');
        var hasPort = text.Contains(':', StringComparison.Ordinal) ? dot > 0 : text.Count(character => character == '.') == 4;
        return hasPort
            ? (Address.Parse(text[..dot]), ushort.Parse(text[(dot + 1)..], CultureInfo.InvariantCulture))
            : (Address.Parse(text), (ushort)0);
    }

    [GeneratedRegex(@"^\s*\d+\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ IP6? ")]
    private static partial Regex PacketStart();

    [GeneratedRegex(@"([0-9a-f.:]+) > ([0-9a-f.:]+): ")]
    private static partial Regex Ends();

    [GeneratedRegex(@"proto \w+ \(\d+\), length (\d+)")]
    private static partial Regex TotalLength();

    [GeneratedRegex(@"payload length:? (\d+)\)")]
    private static partial Regex PayloadLength();

    [GeneratedRegex(@"(?:ttl|hlim) (\d+),")]
    private static partial Regex Hops();
}
