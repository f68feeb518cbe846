using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>What a filter met on all hosts together.</summary>
/// <param name="Met">Since it was set there.</param>
/// <param name="PacketsPerSecond">Packets that meet it now; null: not read for long enough, or not lately.</param>
internal sealed record HostEffect(FilterCounters Met, double? PacketsPerSecond);

/// <summary>What the filters meet on hosts, from the agents' counters: these stand in front of what they drop, so they tell whether an attack still comes.</summary>
internal sealed class HostEffects(ImmutableArray<NftablesPlane> agents, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<(FilterRule Rule, int Agent), (CounterRate Rate, long At)> _rates = [];
    private ImmutableDictionary<FilterRule, HostEffect> _effects = ImmutableDictionary<FilterRule, HostEffect>.Empty;

    public HostEffect? Find(FilterRule rule) => Volatile.Read(ref _effects).GetValueOrDefault(rule);

    /// <summary>Reads the counters of all open filters. To be called every second or so, by one caller.</summary>
    public void Read(IEnumerable<Mitigation> rows)
    {
        if (agents.IsEmpty)
            return;
        var open = rows.Where(static row => row.IsOpen).Select(static row => row.Rule).ToHashSet();
        foreach (var gone in _rates.Keys.Where(key => !open.Contains(key.Rule)).ToList())
            _rates.Remove(gone);
        var effects = ImmutableDictionary.CreateBuilder<FilterRule, HostEffect>();
        foreach (var rule in open)
        {
            if (Read(rule) is { } effect)
                effects[rule] = effect;
        }

        Volatile.Write(ref _effects, effects.ToImmutable());
    }

    /// <summary>As the API tells it; null: no host has met anything of it, or can be asked.</summary>
    /// <param name="row">Whose.</param>
    /// <param name="config">Has the floors: what meets a filter at a rate below all of them is no attack.</param>
    public JsonObject? Write(Mitigation row, BreakwaterConfig config)
    {
        if (!row.IsOpen || Find(row.Rule) is not { } effect)
            return null;
        var floors = config.Services.FirstOrDefault(service => service.Name == row.Service)?.Floors ?? config.Detection.Floors;
        var evidence = ArrivalMeasures.ByCounter(effect.PacketsPerSecond, Lowest(floors));
        return new JsonObject
        {
            ["matchedPackets"] = effect.Met.MatchedPackets,
            ["matchedBytes"] = effect.Met.MatchedBytes,
            ["droppedPackets"] = effect.Met.DroppedPackets,
            ["droppedBytes"] = effect.Met.DroppedBytes,
            ["packetsPerSecond"] = effect.PacketsPerSecond,
            ["arrival"] = evidence.Says switch
            {
                Arrival.StillArriving => "still-arriving",
                Arrival.Gone => "gone",
                _ => "cannot-tell",
            },
            ["why"] = evidence.Says == Arrival.CannotTell ? "the counters were not read for long enough" : evidence.Why,
        };
    }

    private HostEffect? Read(FilterRule rule)
    {
        var (met, rate, isRead) = (default(FilterCounters), (double?)null, false);
        var now = time.GetElapsedTime(_start);
        for (var number = 0; number < agents.Length; number++)
        {
            var key = (rule, number);
            var (own, readAt) = _rates.TryGetValue(key, out var known) ? known : (new CounterRate(), 0);
            if (agents[number].Counters(rule) is { } read)
            {
                if (read.At != readAt)
                    own.Read(time.GetElapsedTime(_start, read.At), read.Counters);
                _rates[key] = (own, read.At);
                (met, isRead) = (met.Plus(read.Counters), true);
            }

            if (own.PacketsPerSecond(now) is { } perSecond)
                rate = (rate ?? 0) + perSecond;
        }

        return isRead ? new HostEffect(met, rate) : null;
    }

    private static double Lowest(FloorsConfig floors) =>
        new[] { floors.Amplification, floors.Syn, floors.SynAck, floors.Segments, floors.Udp, floors.Icmp, floors.Fragments, floors.Protocols }.Min();
}
