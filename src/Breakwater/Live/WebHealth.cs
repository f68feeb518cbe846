using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>What is wrong with the reading of web logs, as an entry beside the exporters.</summary>
internal sealed class WebHealth
{
    /// <summary>Name of the entry.</summary>
    public const string Name = "logs";

    /// <summary>Lag from which on it is said, seconds.</summary>
    public const double NoticeableLag = 2;

    private const int MinuteSeconds = 60;

    private readonly ConditionList _conditions = new();
    private readonly Queue<(long Lines, long Unreadable, long LeftOut, long Unknown, long Drops, long Lost)> _minute = new();

    /// <summary>The health with the logs' entry.</summary>
    /// <param name="health">Of exporters and collector.</param>
    /// <param name="state">How reading stands.</param>
    /// <param name="now">The engine's time, nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="changed">Gets the entry when its list of conditions is different.</param>
    public HealthSnapshot AddTo(HealthSnapshot health, WebState state, long now, List<ExporterHealth> changed)
    {
        var at = HealthMonitor.Time(now);
        Find(state, at);
        var entry = new ExporterHealth
        {
            Name = Name,
            Address = null,
            Conditions = _conditions.Close(out var isChanged),
            LastSeen = state.LastLineNanoseconds == 0 ? null : HealthMonitor.Time(state.LastLineNanoseconds),
            Datagrams = state.Lines,
            Records = state.Requests,
        };
        if (isChanged)
            changed.Add(entry);
        return health with
        {
            Exporters = health.Exporters.Add(entry),
            BlindSince = BlindSince(health, state, now),
        };
    }

    /// <summary>Where exporters are configured, their silence is blindness whatever logs say; without any, logs are the eyes while lines come.</summary>
    private static DateTimeOffset? BlindSince(HealthSnapshot health, WebState state, long now)
    {
        if (health.BlindSince is not { } since || state.LastLineNanoseconds == 0 || health.Exporters.Any(static exporter => exporter.Address is not null))
            return health.BlindSince;
        if (now - state.LastLineNanoseconds <= MinuteSeconds * 1_000_000_000L)
            return null;
        var last = HealthMonitor.Time(state.LastLineNanoseconds);
        return last > since ? last : since;
    }

    private void Find(WebState state, DateTimeOffset at)
    {
        var unknown = state.Inputs.Sum(static input => input.Syslog?.Unknown.Datagrams ?? 0);
        var drops = state.Inputs.Sum(static input => input.Syslog?.KernelDrops ?? 0);
        var lost = state.Inputs.Sum(static input => input.LostRests);
        var counts = (state.Lines, state.Unreadable, state.LeftOut, unknown, drops, lost);
        var before = _minute.TryPeek(out var oldest) ? oldest : default;
        _minute.Enqueue(counts);
        if (_minute.Count > MinuteSeconds)
            _minute.Dequeue();
        foreach (var input in state.Inputs.Where(static input => input.Fault is not null))
            _conditions.Find(HealthConditionKind.Silent, at, $"{input.Name} cannot be read: {input.Fault}; what it would tell is not seen, and no incident of logs ends");
        foreach (var input in state.Inputs.Where(static input => input.TooMany > 0))
            _conditions.Find(HealthConditionKind.Loss, at, $"{input.TooMany:N0} files match {input.Name} and are not read: {LiveLogLimits.FilesOfAPattern:N0} are the most of one pattern");
        foreach (var name in state.Unrecognized)
            _conditions.Find(HealthConditionKind.Undecodable, at, $"lines of {name} are in no format that is known by content; give its 'format'");
        if (state.Unreadable > before.Unreadable && state.Unrecognized.IsEmpty)
            _conditions.Find(HealthConditionKind.Undecodable, at, $"{state.Unreadable - before.Unreadable:N0} of {state.Lines - before.Lines:N0} lines of the last minute could not be read");
        if (lost > before.Lost)
            _conditions.Find(HealthConditionKind.Loss, at, $"a log was emptied before it was read to its end, and no copy of it was found, {lost - before.Lost:N0} times in the last minute");
        foreach (var (name, seconds) in state.Skews)
            _conditions.Find(HealthConditionKind.ClockSkew, at, $"times of {name} are {Math.Abs((long)seconds):N0} s {(seconds > 0 ? "behind" : "ahead of")} this machine's clock: another zone; they are corrected by that");
        if (unknown > before.Unknown)
            _conditions.Find(HealthConditionKind.UnknownSenders, at, $"{unknown - before.Unknown:N0} messages or connections of the last minute came from addresses that are not in 'allow', the last from {LastUnknown(state)}: they are ignored");
        if (drops > before.Drops)
            _conditions.Find(HealthConditionKind.KernelDrops, at, $"the kernel dropped {drops - before.Drops:N0} syslog datagrams in the last minute: more came than could be read; raise net.core.rmem_max");
        if (state.LagSeconds(at) is > NoticeableLag and var lag)
            _conditions.Find(HealthConditionKind.Late, at, $"log lines are read {lag:N1} s late, {state.UnreadBytes:N0} bytes wait");
        if (state.LeftOut > before.LeftOut)
            _conditions.Find(HealthConditionKind.Shedding, at, $"{state.LeftOut - before.LeftOut:N0} requests of the last minute were left out, more came than can be judged; 1 client in {1 << state.ShedLevel} is looked at and stands for the others; incidents tell the error");
        if (state.PositionFault is { } fault)
            _conditions.Find(HealthConditionKind.PositionUnkept, at, $"where reading stands cannot be kept ({fault}): after a restart lines are missing or come twice");
    }

    private static string LastUnknown(WebState state) =>
        string.Create(CultureInfo.InvariantCulture, $"{state.Inputs.Select(static input => input.Syslog?.LastUnknown).LastOrDefault(static address => address is not null)}");
}
