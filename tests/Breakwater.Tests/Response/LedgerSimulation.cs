using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Tests.Response;

/// <summary>Which deliberate mistake a simulation carries, to prove that it would be seen.</summary>
internal enum PlantedMistake
{
    None,

    /// <summary>A write is on the disk only when the next one comes: intents are lost in a crash after the act.</summary>
    LateWrites,

    /// <summary>Filters of the data plane do not end with their lease.</summary>
    EndlessLeases,

    /// <summary>The data plane forgets to clear.</summary>
    DeafPlane,

    /// <summary>Closed rows are not loaded again: a clearing that a crash cut off is never made up for.</summary>
    ForgetfulStore,

    /// <summary>A restart loads nothing.</summary>
    EmptyStore,

    /// <summary>Leases are counted by the wall clock, which somebody sets.</summary>
    WallClock,
}

/// <summary>
/// One seeded history of the ledger with a simulated disk and data plane: commands, time, and a crash before or after any write, send and
/// acknowledgement; the wall clock is set an hour back and forward. What must hold is checked after every step, also while the process is dead.
/// </summary>
internal sealed class LedgerSimulation(int seed, PlantedMistake mistake)
{
    private const int HoldSeconds = 9;
    private static readonly FilterRule[] _rules = [.. new[] { 1, 2, 3 }.SelectMany(static host => new[] { Rule($"destination 203.0.113.{host}/32 protocol 17 then discard"), Rule($"destination 203.0.113.{host}/32 protocol 17 then rate-limit 1000") })];
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Mitigation> _disk = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _plane = new(StringComparer.Ordinal);
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withdrawn = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _endsAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _setAt = new(StringComparer.Ordinal);
    private readonly bool _isSessionPlane = seed % 2 == 0;
    private IReadOnlyList<Mitigation> _late = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private TimeSpan _wallAhead;
    private bool _isStarting;
    private DateTimeOffset _lostAt = DateTimeOffset.MaxValue;
    private MitigationLedger? _ledger;
    private int _untilCrash = int.MaxValue;

    /// <summary>What the history broke; null: nothing.</summary>
    public string? Fault { get; private set; }

    /// <summary>Crashes that happened.</summary>
    public int Crashes { get; private set; }

    /// <summary>Runs the history.</summary>
    public void Run()
    {
        for (var step = 0; step < 24 && Fault is null; step++)
        {
            // About every third step ends the process somewhere in its middle.
            _untilCrash = _random.Next(3) == 0 ? _random.Next(12) : int.MaxValue;
            try
            {
                Step();
            }
            catch (CrashException)
            {
                Crashes++;
                _ledger = null;
                _late = [];
                _isStarting = false;
                // Who ends rows after a restart reads the wall clock.
                _endsAt.Clear();
                _lostAt = _now;
            }

            Pass(TimeSpan.FromSeconds(_random.Next(_random.Next(2) == 0 ? 3 : 40)));
            Check();
        }

        Settle();
    }

    private void Step()
    {
        if (_ledger is null)
        {
            // A new session replaces the old one: the router drops what that had announced.
            if (_isSessionPlane)
                _plane.Clear();
            _lostAt = DateTimeOffset.MaxValue;
            _isStarting = true;
            _ledger = new MitigationLedger(new Disk(this), new Plane(this), new Clock(this));
            _isStarting = false;
            return;
        }

        var open = _ledger.Rows.Select(static row => row.Id).Order(StringComparer.Ordinal).ToArray();
        switch (_random.Next(6))
        {
            case 0 or 1:
                var rule = _rules[_random.Next(_rules.Length)];
                var (row, _) = _ledger.Propose(rule, null, TimeSpan.FromSeconds(30), _random.Next(4) == 0 ? _now + _wallAhead + TimeSpan.FromSeconds(50) : null, "test", "seed");
                if (row is not null && _acknowledged.Add(row.Id) && row.EndsAt is not null && !open.Contains(row.Id))
                    _endsAt[row.Id] = _now + TimeSpan.FromSeconds(50);
                if (row is not null && _random.Next(2) == 0)
                    _ledger.Approve(row.Id, "test", "seed");
                break;
            case 2 when open.Length > 0:
                _ledger.Approve(open[_random.Next(open.Length)], "test", "seed");
                break;
            case 3 when open.Length > 0:
                var id = open[_random.Next(open.Length)];
                if (_ledger.Withdraw(id, "test", "seed") is null)
                    _withdrawn.Add(id);
                break;
            case 4:
                _wallAhead += TimeSpan.FromHours(_random.Next(2) == 0 ? 1 : -1);
                break;
            default:
                _ledger.Tick();
                break;
        }
    }

    /// <summary>Time goes on second by second: leases and sessions end, and a living ledger ticks.</summary>
    private void Pass(TimeSpan time)
    {
        for (var second = 0; second < time.TotalSeconds; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            if (mistake != PlantedMistake.EndlessLeases)
            {
                foreach (var gone in _plane.Where(entry => entry.Value <= _now).Select(static entry => entry.Key).ToArray())
                    _plane.Remove(gone);
                if (_isSessionPlane && _ledger is null && _now - _lostAt >= TimeSpan.FromSeconds(HoldSeconds))
                    _plane.Clear();
            }

            if (_ledger is null)
                continue;
            _untilCrash = int.MaxValue;
            _ledger.Tick();
        }
    }

    /// <summary>No orphan: every filter out there has a row that asks for it, or for its end. None beyond its lease. No match twice.</summary>
    private void Check()
    {
        var open = _disk.Values.Where(static row => row.IsOpen).ToList();
        var explained = _disk.Values.Where(static row => row.IsOpen || (row.State >= MitigationState.Withdrawn && !row.IsCleared)).Select(static row => Key(row.Rule)).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, until) in _plane)
        {
            if (!explained.Contains(key))
                Fault ??= $"orphan: {key}";
            if (until <= _now)
                Fault ??= $"beyond its lease: {key}";
        }

        if (open.Select(static row => Key(row.Rule)).Distinct(StringComparer.Ordinal).Count() != open.Count)
            Fault ??= "two open rows of one match";
        foreach (var id in _acknowledged.Where(id => !_disk.ContainsKey(id)))
            Fault ??= $"lost: {id}";
        foreach (var id in _withdrawn.Where(id => _disk.TryGetValue(id, out var row) && row.IsOpen))
            Fault ??= $"withdrawn, and open again: {id}";
        if (_ledger is not null)
            CheckSame();
    }

    /// <summary>While the process lives, rows and data plane are the same: no loss.</summary>
    private void CheckSame()
    {
        foreach (var row in _disk.Values.Where(static row => row.State == MitigationState.Active))
        {
            if (!_plane.ContainsKey(Key(row.Rule)))
                Fault ??= $"active, and not there: {row.Id}";
        }

        foreach (var (id, end) in _endsAt)
        {
            if (!_disk.TryGetValue(id, out var row))
                continue;
            if (row.IsOpen && end < _now)
                Fault ??= $"its time is up, and it stays: {id}";
            if (row.State == MitigationState.Expired && _now < end)
                Fault ??= $"ended before its time: {id}";
        }
    }

    /// <summary>A last start without a crash: then exactly the open rows are out there.</summary>
    private void Settle()
    {
        _untilCrash = int.MaxValue;
        if (_ledger is null)
            Step();
        Pass(TimeSpan.FromSeconds(2));
        Check();
        var open = _disk.Values.Where(static row => row.IsOpen).Select(static row => Key(row.Rule)).Order(StringComparer.Ordinal);
        if (!open.SequenceEqual(_plane.Keys.Order(StringComparer.Ordinal)))
            Fault ??= "at rest, rows and data plane differ";
        if (_disk.Values.Any(static row => row.State >= MitigationState.Withdrawn && !row.IsCleared))
            Fault ??= "at rest, a row still waits for its clearing";
    }

    private void Point()
    {
        if (_untilCrash-- == 0)
            throw new CrashException();
    }

    private static string Key(FilterRule rule) => RuleText.Of(rule.Match);

    private static FilterRule Rule(string text)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        return rule;
    }

    private sealed class CrashException : Exception;

    private sealed class Disk(LedgerSimulation simulation) : ILedgerStore
    {
        public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs) => null;

        public (IReadOnlyList<Mitigation> Open, long LastNumber) Load()
        {
            var rows = simulation._disk.Values.Where(row => !row.IsDone);
            if (simulation.Mistake == PlantedMistake.ForgetfulStore)
                rows = rows.Where(static row => row.State < MitigationState.Withdrawn);
            return simulation.Mistake == PlantedMistake.EmptyStore ? ([], simulation._disk.Count) : ([.. rows], simulation._disk.Count);
        }

        public string? Write(IReadOnlyList<Mitigation> mitigations)
        {
            simulation.Point();
            var written = simulation.Mistake == PlantedMistake.LateWrites ? simulation._late : mitigations;
            simulation._late = mitigations;
            // From the intent on, the lease runs.
            foreach (var intent in mitigations.Where(static row => row.State == MitigationState.Approved))
                simulation._setAt[Key(intent.Rule)] = simulation._now;
            foreach (var mitigation in written)
                simulation._disk[mitigation.Id] = mitigation;

            simulation.Point();
            return null;
        }
    }

    private sealed class Plane(LedgerSimulation simulation) : IFilterPlane
    {
        public string? Set(FilterRule rule, TimeSpan lease)
        {
            simulation.Point();
            // Now and then a plane refuses: always the same rule of a seed, so that refusals are not flapping.
            if (rule.Action.Kind == FilterActionKind.RateLimit && simulation._isSessionPlane && rule.Match.Destination.Network.IPv4 % 3 == 0)
                return "no rate limits here";
            if (simulation._isStarting && simulation._setAt.TryGetValue(Key(rule), out var before) && before + lease <= simulation._now)
                simulation.Fault ??= $"sent again after its lease: {Key(rule)}";
            simulation._setAt[Key(rule)] = simulation._now;
            simulation._plane[Key(rule)] = simulation._now + lease;
            simulation.Point();
            return null;
        }

        public int AnnouncedTo(FilterRule rule) => simulation._plane.ContainsKey(Key(rule)) ? 1 : 0;

        public void Clear(FilterRule rule)
        {
            simulation.Point();
            if (simulation.Mistake != PlantedMistake.DeafPlane)
                simulation._plane.Remove(Key(rule));
            simulation.Point();
        }
    }

    private sealed class Clock(LedgerSimulation simulation) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (simulation.Mistake == PlantedMistake.WallClock ? GetUtcNow() : simulation._now).UtcTicks;

        public override DateTimeOffset GetUtcNow() => simulation._now + simulation._wallAhead;
    }

    private PlantedMistake Mistake => mistake;
}
