using System.Collections.Immutable;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>
/// Turns records into incidents. Pure: its state after a tick depends only on the options and on the multiset of records of each tick,
/// never on their order within a tick or on a clock. Feed records with <see cref="Count"/>, step from tick to tick (100 ms of record
/// time) with <see cref="Tick"/>, and read the outcome with <see cref="Finish"/>.
/// </summary>
public sealed class Detector
{
    /// <summary>Length of a tick.</summary>
    public const long TickNanoseconds = 100_000_000;

    /// <summary>An IPv4 header without options (RFC 791 §3.1): no packet is smaller.</summary>
    private const uint SmallestPacketBytes = 20;

    private const uint WatchFloorPacketsPerSecond = 10;
    private const uint WatchFloorReplies = 8;
    private const int MaxIncidents = 10_000;

    private readonly DetectorOptions _options;
    private readonly KeyedHash _hash;
    private readonly HostTable _hosts;
    private readonly TickLog _log;
    private readonly PairFilter _questions = new();
    private readonly Dossier?[] _dossiers;
    private readonly List<int> _candidates = [];
    private readonly SortedDictionary<Address, OpenIncident> _open = [];
    private readonly List<(OpenIncident Incident, long LastTick)> _closed = [];
    private readonly List<Finding> _findings = [];
    private readonly LeftOutCounts _leftOut = new();
    private long _records, _timed, _unknownRate;
    private long _begin = long.MaxValue, _first = long.MaxValue, _last = long.MinValue;
    private long _tick;
    private int _dossierCount;

    public Detector(DetectorOptions options)
    {
        _options = options;
        _hash = new KeyedHash(options.Seed);
        _hosts = new HostTable(options.MaxHosts, options.Seed);
        _log = new TickLog(options.MaxTickRecords);
        _dossiers = new Dossier?[options.MaxDossiers];
    }

    /// <summary>Counts one record into the present tick. Allocates nothing once its tables have grown.</summary>
    public void Count(in FlowRecord flow)
    {
        _records++;
        NoteTime(in flow);
        if (!flow.Knows(FlowFields.Source | FlowFields.Destination))
            _leftOut.NoAddresses++;
        else if (!flow.Knows(FlowFields.Packets) || flow.Packets == 0)
            _leftOut.NoPackets++;
        else if (flow.Knows(FlowFields.TotalCounters))
            _leftOut.RunningTotals++;
        else if (flow.Knows(FlowFields.Bytes) && flow.Bytes / flow.Packets < SmallestPacketBytes)
            _leftOut.Impossible++;
        else
            CountUsable(in flow);
    }

    private void CountUsable(in FlowRecord flow)
    {
        var trafficClass = TrafficClass.Of(in flow);
        _unknownRate += flow.SamplingRate == 0 ? 1 : 0;
        if (TrafficClass.IsQuestion(trafficClass, in flow))
        {
            _questions.Add(_hash.OfPair(flow.Source, flow.Destination, flow.Protocol));
            if (TrafficClass.IsGroup(flow.Destination) && flow.Knows(FlowFields.DestinationPort))
                _questions.Add(_hash.OfGroupQuestion(flow.Source, flow.DestinationPort));
        }
        if (TrafficClass.IsGroup(flow.Destination) || !IsProtected(flow.Destination))
            return;
        var index = _hosts.FindOrAdd(flow.Destination);
        if (index < 0)
        {
            _leftOut.BeyondHosts++;
            return;
        }
        CountCold(index, trafficClass, in flow);
        _leftOut.BeyondTick += _log.TryAdd(ToEntry(index, trafficClass, in flow)) ? 0 : 1;
    }

    private void CountCold(int index, byte trafficClass, in FlowRecord flow)
    {
        ref var cold = ref _hosts[index];
        var scaled = flow.Packets * Math.Max(flow.SamplingRate, 1);
        cold.Packets += scaled;
        cold.Bytes += flow.Bytes * Math.Max(flow.SamplingRate, 1);
        var second = _tick / ClassCounters.WindowTicks;
        if (cold.Second != second)
            (cold.Second, cold.SecondPackets) = (second, 0);
        cold.SecondPackets = (uint)Math.Min(uint.MaxValue, cold.SecondPackets + scaled);
        if (Vectors.IsAmplification((Vector)trafficClass))
            cold.Replies = (uint)Math.Min(uint.MaxValue, cold.Replies + scaled);
        var isWatched = cold.SecondPackets >= WatchFloorPacketsPerSecond || cold.Replies >= WatchFloorReplies;
        if (cold.Dossier >= 0 || !isWatched || cold.CandidateTick == _tick)
            return;
        cold.CandidateTick = _tick;
        _candidates.Add(index);
    }

    private TickEntry ToEntry(int index, byte trafficClass, in FlowRecord flow) => new()
    {
        Source = _hash.Of(flow.Source),
        QuestionPair = _hash.OfPair(flow.Destination, flow.Source, flow.Protocol),
        GroupQuestion = flow.Protocol == 17 ? _hash.OfGroupQuestion(flow.Destination, flow.SourcePort) : 0,
        Bytes = flow.Bytes,
        FirstNanoseconds = flow.Knows(FlowFields.Start) ? flow.StartNanoseconds : Math.Max(flow.ReceivedNanoseconds, _tick * TickNanoseconds),
        DurationMilliseconds = flow.Knows(FlowFields.Start | FlowFields.End) && flow.EndNanoseconds > flow.StartNanoseconds
            ? (uint)Math.Min(uint.MaxValue, (flow.EndNanoseconds - flow.StartNanoseconds) / 1_000_000) : 0,
        Packets = (uint)Math.Min(uint.MaxValue, flow.Packets),
        SamplingRate = flow.SamplingRate,
        Host = index,
        SourcePort = flow.SourcePort,
        DestinationPort = flow.DestinationPort,
        Class = trafficClass,
        Protocol = flow.Protocol,
        IsFirstFragment = flow.Knows(FlowFields.Fragment) && flow.MoreFragments && flow.FragmentOffset == 0,
        HasPorts = flow.Knows(FlowFields.SourcePort | FlowFields.DestinationPort),
    };

    private void NoteTime(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.ReceivedAt))
            return;
        _timed++;
        _first = Math.Min(_first, flow.ReceivedNanoseconds);
        _begin = Math.Min(_begin, flow.Knows(FlowFields.Start) ? flow.StartNanoseconds : flow.ReceivedNanoseconds);
        _last = Math.Max(_last, flow.ReceivedNanoseconds);
    }

    private bool IsProtected(Address host)
    {
        if (_options.Protect.IsEmpty)
            return true;
        foreach (var prefix in _options.Protect)
        {
            if (prefix.Contains(host))
                return true;
        }
        return false;
    }

    /// <summary>Ends the present tick (judges what was counted since the last call) and starts the one that holds <paramref name="nanoseconds"/>.</summary>
    /// <param name="nanoseconds">Record time, nanoseconds since 1970-01-01 UTC; a time before the present tick starts that tick again.</param>
    public void Tick(long nanoseconds)
    {
        JudgeTick();
        _tick = Math.Max(_tick, nanoseconds / TickNanoseconds);
        CloseQuiet();
        _questions.Advance(_tick * TickNanoseconds);
    }

    private void JudgeTick()
    {
        Promote();
        FeedDossiers();
        Judge(spanSeconds: null);
        _log.Clear();
    }

    /// <summary>Gives new dossiers to hosts that crossed the watch floor: the busiest first, in place of the quietest when all are taken.</summary>
    private void Promote()
    {
        _candidates.Sort((left, right) =>
        {
            var byPackets = _hosts[right].SecondPackets.CompareTo(_hosts[left].SecondPackets);
            return byPackets != 0 ? byPackets : _hosts[left].Host.CompareTo(_hosts[right].Host);
        });
        foreach (var index in _candidates)
        {
            if (_hosts[index].Dossier >= 0)
                continue;
            var number = _dossierCount < _dossiers.Length ? _dossierCount++ : Evict(_hosts[index].SecondPackets);
            if (number < 0)
            {
                _leftOut.HostsWithoutDossier++;
                continue;
            }
            _dossiers[number] = new Dossier(_hosts[index].Host, index, number);
            _hosts[index].Dossier = number;
        }
        _candidates.Clear();
    }

    private int Evict(uint packets)
    {
        var second = _tick / ClassCounters.WindowTicks;
        var weakest = -1;
        var weakestPackets = packets;
        foreach (var dossier in _dossiers)
        {
            ref var cold = ref _hosts[dossier!.HostIndex];
            var present = cold.Second == second ? cold.SecondPackets : 0;
            if (present < weakestPackets && !_open.ContainsKey(dossier.Host))
                (weakest, weakestPackets) = (dossier.Number, present);
        }
        if (weakest >= 0)
            _hosts[_dossiers[weakest]!.HostIndex].Dossier = -1;
        return weakest;
    }

    private void FeedDossiers()
    {
        foreach (ref readonly var entry in _log.Entries)
        {
            var number = _hosts[entry.Host].Dossier;
            if (number < 0)
                continue;
            var dossier = _dossiers[number]!;
            dossier.OpenTick(_tick);
            var asked = _questions.Contains(entry.QuestionPair) || (entry.GroupQuestion != 0 && _questions.Contains(entry.GroupQuestion));
            dossier.Add(in entry, asked, _tick);
        }
    }

    /// <summary>Runs the rules over every host that had traffic in this tick.</summary>
    private void Judge(double? spanSeconds)
    {
        for (var number = 0; number < _dossierCount; number++)
        {
            var dossier = _dossiers[number]!;
            if (spanSeconds is null && dossier.LastTick != _tick)
                continue;
            if (spanSeconds is null)
                dossier.CloseTick();
            _findings.Clear();
            var context = new RuleContext(dossier, _options, spanSeconds, !_questions.IsSaturated);
            ReflectionRule.Evaluate(in context, _findings);
            SynFloodRule.Evaluate(in context, _findings);
            SynAckRule.Evaluate(in context, _findings);
            StraySegmentRule.Evaluate(in context, _findings);
            UdpFloodRule.Evaluate(in context, _findings);
            ProtocolFloodRule.Evaluate(in context, _findings);
            if (!_open.TryGetValue(dossier.Host, out var incident))
            {
                if (_findings.Count == 0 || _open.Count + _closed.Count >= MaxIncidents)
                    continue;
                incident = _open[dossier.Host] = new OpenIncident(dossier.Host, _tick);
            }
            incident.Feed(dossier, _findings, _tick);
        }
    }

    private void CloseQuiet()
    {
        foreach (var (host, incident) in _open)
        {
            if (_tick - incident.LastSignalTick >= _options.QuietSeconds * 10L)
                _candidates.Add(_hosts.FindOrAdd(host));
        }
        foreach (var index in _candidates)
        {
            var host = _hosts[index].Host;
            _closed.Add((_open[host], _tick));
            _open.Remove(host);
        }
        _candidates.Clear();
    }

    /// <summary>Ends the last tick and the input: the incidents, and what was left out of them.</summary>
    public DetectionResult Finish()
    {
        JudgeTick();
        var timed = _records > 0 && 2 * _timed > _records;
        double? span = timed && _last - _begin < 1_000_000_000 ? Math.Max(_last - _begin, 1_000_000) / 1e9 : null;
        if (span is not null)
            Judge(span);
        var all = _closed.Concat(_open.Values.Select(incident => (Incident: incident, LastTick: _tick)))
            .OrderBy(static entry => entry.Incident.DetectedTick).ThenBy(static entry => entry.Incident.Target);
        return new DetectionResult
        {
            Incidents = [.. all.Select(entry => entry.Incident.ToIncident(_options, entry.LastTick, span, timed))],
            Records = _records,
            FirstNanoseconds = _timed > 0 ? _first : null,
            LastNanoseconds = _timed > 0 ? _last : null,
            Hosts = _hosts.Count,
            LeftOut = _leftOut.ToReasons(),
            UnknownRateRecords = _unknownRate,
        };
    }

    /// <summary>Records that no verdict rests on, by reason.</summary>
    private sealed class LeftOutCounts
    {
        public long NoAddresses, NoPackets, RunningTotals, Impossible, BeyondHosts, BeyondTick, HostsWithoutDossier;

        public ImmutableArray<(string Reason, long Records)> ToReasons()
        {
            (string Reason, long Records)[] all =
            [
                (DetectionResult.WithoutAddresses, NoAddresses),
                ("without a packet count", NoPackets),
                ("with running totals instead of differences", RunningTotals),
                ("with fewer bytes than their packets' headers have", Impossible),
                ("to hosts beyond the limit of hosts", BeyondHosts),
                ("beyond the limit of records studied per tick", BeyondTick),
                ("at the moments when a busy host found every place of close watch taken", HostsWithoutDossier),
            ];
            return [.. all.Where(static entry => entry.Records > 0)];
        }
    }
}
