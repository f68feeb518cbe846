using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Health;

/// <summary>What the engine tells of itself once a second.</summary>
/// <param name="Account">Where the datagrams went.</param>
/// <param name="LatestTickNanoseconds">The longest time in the last second that a tick was judged after its end.</param>
/// <param name="ClockAheadNanoseconds">The wall clock was set back by this much.</param>
/// <param name="Shed">What was left out under overload.</param>
internal readonly record struct CollectorSigns(ReceiveAccount Account, long LatestTickNanoseconds, long ClockAheadNanoseconds, ShedSigns Shed);

/// <summary>Makes the <see cref="HealthSnapshot"/> of each second from counters alone.</summary>
internal sealed class HealthMonitor(long startedNanoseconds)
{
    /// <summary>Most senders that a snapshot lists.</summary>
    private const int ListedSenders = 20;

    /// <summary>From two ticks on, what is said is noticeably late.</summary>
    private const long NoticeablyLate = 200_000_000;

    private readonly ConditionList _conditions = new();
    private readonly MinuteWindow<CollectorSigns> _collector = new(new CollectorSigns(HealthSnapshot.Empty.Account, 0, 0, default));
    private readonly Dictionary<LiveExporter, ExporterWatch> _watches = [];
    private bool _isFollowing;

    /// <summary>True while an exporter that sent before sends nothing: open incidents must not count the time as quiet.</summary>
    public bool HoldsIncidents { get; private set; }

    /// <summary>Judges a second.</summary>
    /// <param name="now">The engine's time, nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="exporters">As configured now.</param>
    /// <param name="signs">What the engine tells of itself.</param>
    /// <param name="unknown">Addresses that are no exporter.</param>
    /// <param name="changed">Gets the health of those whose list of conditions is different.</param>
    public HealthSnapshot Evaluate(
        long now, ImmutableArray<LiveExporter> exporters, CollectorSigns signs, Dictionary<Address, (long Datagrams, long LastReceived)> unknown, List<ExporterHealth> changed)
    {
        var all = ImmutableArray.CreateBuilder<ExporterHealth>(exporters.Length + 1);
        var senders = Listed(unknown);
        all.Add(Collector(now, signs, senders, out var isChanged));
        if (isChanged)
            changed.Add(all[0]);
        Follow(exporters, now);
        foreach (var exporter in exporters)
        {
            var health = _watches[exporter].Evaluate(now, signs.Account.KernelDrops, out isChanged);
            all.Add(health);
            if (isChanged)
                changed.Add(health);
        }

        HoldsIncidents = _watches.Values.Any(static watch => watch.IsSilent);
        return new HealthSnapshot
        {
            At = Time(now),
            Account = signs.Account,
            Exporters = all.ToImmutable(),
            UnknownSenders = senders,
            BlindSince = BlindSince(),
        };
    }

    internal static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Watches those of the present list. One that was added by a reload is waited for from then on; one that was changed goes on.</summary>
    private void Follow(ImmutableArray<LiveExporter> exporters, long now)
    {
        var gone = _watches.Keys.Except(exporters).ToDictionary(static exporter => exporter.Entry.Address);
        foreach (var exporter in exporters)
        {
            if (_watches.ContainsKey(exporter))
                continue;
            var earlier = gone.TryGetValue(exporter.Entry.Address, out var changed) ? _watches[changed] : null;
            _watches.Add(exporter, new ExporterWatch(exporter, _isFollowing ? now : startedNanoseconds, isAdded: _isFollowing, earlier));
        }

        foreach (var exporter in gone.Values)
            _watches.Remove(exporter);
        _isFollowing = true;
    }

    private DateTimeOffset? BlindSince()
    {
        var last = startedNanoseconds;
        foreach (var watch in _watches.Values)
        {
            if (watch is { IsSilent: false, LastReceived: > 0 })
                return null;
            last = Math.Max(last, watch.LastReceived);
        }

        return Time(last);
    }

    private ExporterHealth Collector(long now, CollectorSigns signs, ImmutableArray<UnknownSender> senders, out bool isChanged)
    {
        var (before, shed) = (_collector.Oldest.Account, _collector.Oldest.Shed);
        _collector.Add(signs);
        var (ignored, drops) = (signs.Account.Ignored - before.Ignored, signs.Account.KernelDrops - before.KernelDrops);
        if (ignored > 0 && senders.Length > 0)
        {
            Find(HealthConditionKind.UnknownSenders, now, $"{ignored:N0} datagrams of the last minute came from addresses that are no configured exporter, most from {senders[0].Address}: they are ignored");
        }

        if (drops > 0)
            Find(HealthConditionKind.KernelDrops, now, $"the kernel dropped {drops:N0} datagrams in the last minute: more came than could be read; raise net.core.rmem_max, or sample more");
        FindShedding(now, signs.Shed, shed);
        long latest = 0, ahead = signs.ClockAheadNanoseconds;
        foreach (var second in _collector.Values)
            latest = Math.Max(latest, second.LatestTickNanoseconds);
        if (latest > NoticeablyLate)
            Find(HealthConditionKind.Late, now, $"verdicts of the last minute came up to {latest / 1e6:N0} ms late");
        if (ahead > 0)
            Find(HealthConditionKind.ClockSkew, now, $"this machine's clock was set back by {ahead / 1e9:N0} s: times are ahead of it until it catches up");
        return new ExporterHealth
        {
            Name = ExporterHealth.Collector,
            Address = null,
            Conditions = _conditions.Close(out isChanged),
            Datagrams = signs.Account.Received,
        };
    }

    /// <summary>The error by what was left out: 1.96 standard deviations of the minute's total.</summary>
    private void FindShedding(long now, ShedSigns signs, ShedSigns before)
    {
        if (signs.Records == before.Records)
            return;
        var (packets, variance) = (signs.Packets - before.Packets, signs.Variance - before.Variance);
        var error = packets > 0 ? 1.96 * Math.Sqrt(variance) / packets : 1;
        Find(
            HealthConditionKind.Shedding, now,
            $"{signs.Records - before.Records:N0} records of the last minute were left out, more came than can be judged; 1 in {1 << signs.Level} is looked at and stands for the others: totals of the minute are right to ±{100 * error:0.0} %");
    }

    private void Find(HealthConditionKind kind, long now, FormattableString sentence) => _conditions.Find(kind, Time(now), sentence);

    private static ImmutableArray<UnknownSender> Listed(Dictionary<Address, (long Datagrams, long LastReceived)> unknown) =>
    [
        .. unknown.OrderByDescending(static entry => entry.Value.Datagrams).ThenBy(static entry => entry.Key).Take(ListedSenders)
            .Select(static entry => new UnknownSender(entry.Key, entry.Value.Datagrams, Time(entry.Value.LastReceived))),
    ];
}
