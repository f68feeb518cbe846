using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Breakwater.Wire;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>
/// Runs tshark over a capture and reads its conversation and endpoint tables. Conversations give frames exactly but shorten larger
/// byte counts ("165 kB"); endpoints give both exactly.
/// </summary>
internal static partial class Tshark
{
    /// <summary>Stands for the bytes of several conversations between the same ports: shortened counts cannot be added.</summary>
    public const string Several = "several";

    private static readonly string[] Tables = ["ip", "ipv6", "tcp", "udp"];

    public sealed record Result(
        Traffic Frames,
        Dictionary<Direction, (long Packets, string Bytes)> Conversations,
        Dictionary<(TrafficKind Kind, Address Address, ushort Port), (Traffic Sent, Traffic Received)> Endpoints);

    /// <summary>Skips the calling test when tshark is not installed (fails it when BREAKWATER_STRICT=1).</summary>
    public static void Require()
    {
        if (IsInstalled())
            return;
        const string Reason = "tshark is not installed: the comparison with its conversations did not run (apt-get install tshark)";
        if (Environment.GetEnvironmentVariable("BREAKWATER_STRICT") == "1")
            Assert.Fail(Reason);
        Assert.Skip(Reason);
    }

    public static Result Run(string path)
    {
        List<string> arguments = ["-n", "-q", "-r", path, .. Reasons.Settings("tshark"), "-z", "io,phs"];
        foreach (var table in Tables)
            arguments.AddRange(["-z", $"conv,{table}", "-z", $"endpoints,{table}"]);
        return Parse(Start(arguments));
    }

    /// <summary>Numbers of the frames in which tshark finds a wrong IP, TCP, UDP, ICMP, ICMPv6 or SCTP checksum.</summary>
    public static string FramesWithBadChecksums(string path) => Start(
    [
        "-n", "-r", path, .. Reasons.Settings("tshark"), "-T", "fields", "-e", "frame.number",
        "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "sctp.checksum:CRC-32c",
        "-Y", string.Join(" || ", new[] { "ip", "tcp", "udp", "icmp", "icmpv6", "sctp" }.Select(protocol => $"{protocol}.checksum.status == 0")),
    ]).Trim();

    public static Result Parse(string output)
    {
        // The roots of the protocol hierarchy are the link types: together they are all frames.
        var frames = LinkTypeRow().Matches(output).Aggregate(default(Traffic), (sum, row) =>
            sum + new Traffic(Number(row.Groups[1].Value), Number(row.Groups[2].Value)));
        var result = new Result(frames, [], []);
        TrafficKind? kind = null;
        var isEndpoints = false;
        foreach (var line in output.Split('\n'))
        {
            if (TableTitle().Match(line) is { Success: true } title)
            {
                kind = KindOf(title.Groups[1].Value);
                isEndpoints = title.Groups[2].Value == "Endpoints";
            }
            else if (kind is { } known && isEndpoints)
            {
                AddEndpoint(result, known, line);
            }
            else if (kind is { } current)
            {
                AddConversation(result, current, line);
            }
        }

        return result;
    }

    /// <summary>A byte count as tshark's conversation tables print it: powers of 1000, cut off, whole numbers below 10,000.</summary>
    public static string FormatBytes(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 10_000_000 => $"{bytes / 1000} kB",
        < 10_000_000_000 => $"{bytes / 1_000_000} MB",
        _ => $"{bytes / 1_000_000_000} GB",
    };

    private static void AddConversation(Result result, TrafficKind kind, string line)
    {
        if (ConversationRow().Match(line) is not { Success: true } row)
            return;
        var (first, firstPort) = End(kind, row.Groups[1].Value);
        var (second, secondPort) = End(kind, row.Groups[2].Value);
        AddDirection(result, new Direction(kind, second, secondPort, first, firstPort), row.Groups[3].Value, row.Groups[4].Value);
        AddDirection(result, new Direction(kind, first, firstPort, second, secondPort), row.Groups[5].Value, row.Groups[6].Value);
    }

    private static void AddDirection(Result result, Direction direction, string packets, string bytes)
    {
        var count = Number(packets);
        if (count == 0)
            return;
        var old = result.Conversations.GetValueOrDefault(direction);

        // A port pair that is used again is a conversation of its own.
        result.Conversations[direction] = (old.Packets + count, old.Packets == 0 ? bytes : Several);
    }

    private static void AddEndpoint(Result result, TrafficKind kind, string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var hasPort = kind is TrafficKind.Tcp or TrafficKind.Udp;
        if (words.Length != (hasPort ? 8 : 7) || !Address.TryParse(words[0], out var address))
            return;
        var port = hasPort ? ushort.Parse(words[1], CultureInfo.InvariantCulture) : (ushort)0;
        var numbers = words[^4..].Select(Number).ToArray();
        result.Endpoints.Add((kind, address, port), (new Traffic(numbers[0], numbers[1]), new Traffic(numbers[2], numbers[3])));
    }

    private static (Address Address, ushort Port) End(TrafficKind kind, string text)
    {
        if (kind is TrafficKind.IPv4 or TrafficKind.IPv6)
            return (Address.Parse(text), 0);
        var colon = text.LastIndexOf(':');
        return (Address.Parse(text[..colon]), ushort.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture));
    }

    private static TrafficKind KindOf(string title) => title switch
    {
        "IPv4" => TrafficKind.IPv4,
        "IPv6" => TrafficKind.IPv6,
        "TCP" => TrafficKind.Tcp,
        _ => TrafficKind.Udp,
    };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static bool IsInstalled() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "tshark")));

    private static string Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("tshark", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WIRESHARK_CONFIG_DIR"] = Path.GetTempPath(); // no preferences of the user
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode is 0 or 2, $"tshark: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    [GeneratedRegex("^(IPv4|IPv6|TCP|UDP) (Conversations|Endpoints)$")]
    private static partial Regex TableTitle();

    [GeneratedRegex(@"^\w\S*\s+frames:(\d+) bytes:(\d+)", RegexOptions.Multiline)]
    private static partial Regex LinkTypeRow();

    [GeneratedRegex(@"^(\S+)\s+<->\s+(\S+)\s+(\d+)\s(\d+ \w+)\s+(\d+)\s(\d+ \w+)\s+\d+\s\d+ \w+\s")]
    private static partial Regex ConversationRow();
}
