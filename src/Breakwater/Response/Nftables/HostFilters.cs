using System.Collections.Immutable;
using System.Text;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Nftables;

/// <summary>A filter of the agent as it stands.</summary>
/// <param name="Rule">What it is.</param>
/// <param name="LeaseLeft">How long it stands unless it is renewed.</param>
/// <param name="Counters">What it met.</param>
internal sealed record HostFilterState(FilterRule Rule, TimeSpan LeaseLeft, FilterCounters Counters);

/// <summary>
/// The agent's filters and the table that holds them. Each change is one transaction; when nft refuses one, the table may not be what we wrote (somebody flushed it),
/// and it is written anew as a whole. Leases end by the kernel's clock; what is left of them here is cleaned up.
/// </summary>
internal sealed class HostFilters(INft nft, AgentGuard guard, ImmutableArray<string> interfaces, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableSortedDictionary<string, Held> _held = ImmutableSortedDictionary.Create<string, Held>(StringComparer.Ordinal);
    private long _lastNumber;

    public AgentGuard Guard => guard;

    public ImmutableArray<string> Interfaces => interfaces;

    /// <summary>Filters that are held now.</summary>
    public int Count => _held.Count;

    /// <summary>An empty table, whatever an agent before this one left.</summary>
    /// <returns>Why not, as the end of a sentence; null: done.</returns>
    public Task<string?> Start() => InTurn(() => nft.Apply(NftTable.Fresh(interfaces)));

    /// <summary>Takes the table away.</summary>
    public Task<string?> Stop() => InTurn(() => nft.Apply(NftTable.Gone));

    /// <summary>Sets filters, or renews their leases, in one transaction.</summary>
    /// <returns>For each, why not, as a sentence without its full stop; null: it stands.</returns>
    public Task<string?[]> Set(IReadOnlyList<(FilterRule Rule, TimeSpan Lease)> wanted) => InTurn(() => SetInTurn(wanted));

    /// <summary>Takes filters back; one that is not there is no fault.</summary>
    public Task<string?> Clear(IEnumerable<FilterRule> rules) => InTurn(() => Remove([.. rules.Select(static rule => RuleText.Of(rule.Match)).Where(_held.ContainsKey)]));

    /// <summary>Cleans up after leases that ended. To be called every second or so.</summary>
    public Task<string?> Tick() => InTurn(() => Remove([.. _held.Where(entry => Left(entry.Value) <= TimeSpan.Zero).Select(static entry => entry.Key)]));

    /// <summary>What is held, with its counters; the table is written anew where it is not what was written.</summary>
    public Task<(ImmutableArray<HostFilterState> Filters, string? Fault)> Counters() => InTurn(CountersInTurn);

    public void Dispose() => _turn.Dispose();

    private async Task<string?[]> SetInTurn(IReadOnlyList<(FilterRule Rule, TimeSpan Lease)> wanted)
    {
        var (next, text, isNew) = (_held, new StringBuilder(), false);
        var faults = new string?[wanted.Count];
        for (var i = 0; i < wanted.Count; i++)
        {
            var (rule, lease) = wanted[i];
            var key = RuleText.Of(rule.Match);
            next.TryGetValue(key, out var held);
            faults[i] = guard.Fault(rule, lease, next.Count - (held is null ? 0 : 1));
            if (faults[i] is not null)
                continue;
            var filter = new HostFilter(held?.Filter.Number ?? ++_lastNumber, rule);
            if (held is null)
                NftTable.Add(text, filter, lease);
            else if (held.Filter.Rule != rule)
                NftTable.Replace(text, filter);
            if (held is not null)
                NftTable.Renew(text, filter, lease);
            isNew |= held is null;
            next = next.SetItem(key, new Held(filter, time.GetTimestamp(), lease));
        }

        if (isNew)
            NftTable.Jumps(text, Filters(next));
        if (text.Length == 0 || await Write(text.ToString(), next) is not { } refused)
            return faults;
        // One that the kernel does not take must not keep the others out.
        for (var i = 0; i < wanted.Count; i++)
            faults[i] ??= wanted.Count == 1 ? $"nft: {refused}" : (await SetInTurn([wanted[i]]))[0];
        return faults;
    }

    private async Task<string?> Remove(ImmutableArray<string> keys)
    {
        if (keys.IsEmpty)
            return null;
        var next = _held.RemoveRange(keys);
        var text = new StringBuilder();
        NftTable.Jumps(text, Filters(next));
        foreach (var key in keys)
            NftTable.Remove(text, _held[key].Filter);
        if (await Write(text.ToString(), next) is not { } refused)
            return null;
        // It is tried again at the next tick, and lapses in any case.
        _held = _held.SetItems(keys.Select(key => KeyValuePair.Create(key, _held[key] with { Lease = TimeSpan.Zero })));
        return $"nft: {refused}";
    }

    private async Task<(ImmutableArray<HostFilterState> Filters, string? Fault)> CountersInTurn()
    {
        string? refused = null;
        for (var isSecond = false; ; isSecond = true)
        {
            var (json, fault) = await nft.List();
            var chains = json is null || !TableListing.IsAsWritten(json, interfaces, Filters(_held)) ? null : FilterCounters.ByChain(json);
            if (chains is not null && Filters(_held).All(filter => chains.ContainsKey(NftTable.ChainName(filter))))
                return ([.. _held.Values.Select(held => State(held, chains))], null);
            if (isSecond)
                return ([], refused ?? fault ?? "the table is not what was written, and cannot be written anew");
            refused = await Rebuild(_held);
        }
    }

    private HostFilterState State(Held held, Dictionary<string, List<(long Packets, long Bytes)>> chains)
    {
        var kind = held.Filter.Rule.Action.Kind;
        var counters = FilterCounters.Of(chains[NftTable.ChainName(held.Filter)], kind == FilterActionKind.RateLimit, kind != FilterActionKind.Mark);
        return new HostFilterState(held.Filter.Rule, Left(held), counters);
    }

    /// <summary>Carries out a change, or writes the whole table as it is to be after it.</summary>
    private async Task<string?> Write(string change, ImmutableSortedDictionary<string, Held> next)
    {
        if (await nft.Apply(change) is not null)
            return await Rebuild(next);
        _held = next;
        return null;
    }

    private async Task<string?> Rebuild(ImmutableSortedDictionary<string, Held> next)
    {
        next = next.RemoveRange(next.Where(entry => Left(entry.Value) <= TimeSpan.Zero).Select(static entry => entry.Key));
        var text = new StringBuilder(NftTable.Fresh(interfaces));
        foreach (var held in next.Values)
            NftTable.Add(text, held.Filter, Left(held));
        NftTable.Jumps(text, Filters(next));
        var refused = await nft.Apply(text.ToString());
        if (refused is null)
            _held = next;
        return refused;
    }

    private TimeSpan Left(Held held) => held.Lease - time.GetElapsedTime(held.SetAt);

    private static IEnumerable<HostFilter> Filters(ImmutableSortedDictionary<string, Held> held) => held.Values.Select(static entry => entry.Filter);

    private async Task<T> InTurn<T>(Func<Task<T>> action)
    {
        await _turn.WaitAsync();
        try
        {
            return await action();
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed record Held(HostFilter Filter, long SetAt, TimeSpan Lease);
}
