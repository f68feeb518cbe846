using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Known differences of the golden tools: <c>reasons.tsv</c> names them, this class says when each applies.</summary>
internal static class Reasons
{
    private static readonly Dictionary<string, Func<IpLayer, TrafficKind?, bool>> Rules = new(StringComparer.Ordinal)
    {
        ["ipv6-later-fragment"] = (layer, kind) => kind == TrafficKind.IPv6 && layer.IsLaterFragment,
        ["tcp-header-length"] = (layer, kind) =>
            kind == TrafficKind.Tcp && layer.Knows(IpFields.TcpWindowSize) && !layer.Knows(IpFields.Payload),
        ["later-fragment"] = (layer, _) => layer.IsLaterFragment,
    };

    public static IReadOnlyList<Reason> All { get; } = Load();

    public static IEnumerable<string> Settings(string tool) =>
        All.Where(reason => reason.Tool == tool && reason.Kind == "setting").SelectMany(reason => reason.Rule.Split(' '));

    /// <summary>True when a tool does not count this row of a layer; notes which reason was used.</summary>
    public static bool IsOmitted(string tool, in IpLayer layer, TrafficKind? kind = null)
    {
        foreach (var reason in All)
        {
            if (reason.Tool != tool || reason.Kind != "omit" || !Rules[reason.Rule](layer, kind))
                continue;
            reason.CountUse();
            return true;
        }

        return false;
    }

    private static List<Reason> Load()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "tests", "Breakwater.Tests", "Goldens", "Packets", "reasons.tsv");
        return
        [
            .. File.ReadLines(path).Where(line => !line.StartsWith('#')).Skip(1).Select(line => line.Split('\t'))
                .Select(cells => new Reason(cells[0], cells[1], cells[2], cells[3], cells[4])),
        ];
    }
}

/// <summary>One row of <c>reasons.tsv</c>.</summary>
internal sealed record Reason(string Tool, string Protocol, string Kind, string Rule, string Text)
{
    private long _uses;

    /// <summary>Layers to which it was applied in this run.</summary>
    public long Uses => Interlocked.Read(ref _uses);

    public void CountUse() => Interlocked.Increment(ref _uses);
}
