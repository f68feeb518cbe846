using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Breakwater.Incidents;

namespace Breakwater.Notify;

/// <summary>
/// Decides who is told what, and when: attacks that begin together are told together; one that is part of a wider one is not told by itself; one that goes on is told again
/// now and then; the end of what was told is told, and so is each filter that hurts. Pure: entries and the time come in, notices go out.
/// </summary>
internal sealed class NoticeBook
{
    /// <summary>Most attacks that are remembered.</summary>
    public const int MaximumAttacks = IncidentBook.Capacity;

    private readonly Dictionary<string, Attack> _attacks = new(StringComparer.Ordinal);
    private long _notices;
    private TimeSpan? _groupSince;

    /// <summary>Attacks that found no place.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes an attack as told by the process before.</summary>
    public void Remember(string json, TimeSpan now)
    {
        if (NoticeItem.Of(json) is { } item && _attacks.Count < MaximumAttacks)
            _attacks[item.IncidentId] = new Attack(item) { ToldAt = now };
    }

    /// <summary>Takes an entry of the journal in.</summary>
    /// <returns>An end, or a filter that hurts, which are told at once; null: nothing yet.</returns>
    public Notice? Take(JournalEntry entry, TimeSpan now)
    {
        if (entry.Kind == EntryKind.MitigationHurt)
            return NoticeItem.OfHurt(entry, _attacks.GetValueOrDefault(entry.Subject)?.Item) is { } hurt ? Make(NoticeKind.Hurt, entry.At, [hurt]) : null;
        if (!entry.Kind.StartsWith("incident.", StringComparison.Ordinal))
            return null;
        var verdict = ScriptCall.Parse(entry.Data)?["verdict"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        if (_attacks.TryGetValue(entry.Subject, out var attack))
        {
            if (entry.Kind != EntryKind.Closed && verdict != "flash-crowd")
            {
                if (NoticeItem.Of(entry.Data) is { } newer)
                    attack.Item = newer;
                return null;
            }

            _attacks.Remove(entry.Subject);
            // Parts of it that go on have nobody to tell for them any more.
            if (attack.IsWide && _attacks.Values.Any(static other => other.ToldAt is null))
                _groupSince ??= now;
            return attack.ToldAt is null || GoesOn(entry) ? null : Make(NoticeKind.End, entry.At, [NoticeItem.Of(entry.Data) ?? attack.Item]);
        }

        if (verdict != "attack" || entry.Kind is EntryKind.Closed or EntryKind.Quiet || NoticeItem.Of(entry.Data) is not { } item)
            return null;
        if (_attacks.Count >= MaximumAttacks)
        {
            Dropped++;
            return null;
        }

        _attacks[entry.Subject] = new Attack(item);
        _groupSince ??= now;
        return null;
    }

    /// <summary>What is due: first words whose group is complete, and repeats.</summary>
    /// <param name="now">By a clock that only goes forward.</param>
    /// <param name="at">The wall clock, for the notices.</param>
    /// <param name="group">How long a first word waits for others.</param>
    /// <param name="repeat">After how long what goes on is told again.</param>
    public List<Notice> Due(TimeSpan now, DateTimeOffset at, TimeSpan group, TimeSpan repeat)
    {
        var notices = new List<Notice>();
        if (_groupSince is { } since && now - since >= group)
        {
            _groupSince = null;
            var wide = _attacks.Values.Where(static attack => attack.IsWide).ToList();
            Tell(NoticeKind.Begin, at, now, _attacks.Values.Where(attack => attack.ToldAt is null && !IsPart(attack, wide)), notices);
        }

        Tell(NoticeKind.Repeat, at, now, _attacks.Values.Where(attack => attack.ToldAt is { } told && now - told >= repeat), notices);
        return notices;
    }

    /// <summary>All that was told and is open; null: nothing is.</summary>
    public Notice? State(DateTimeOffset at) =>
        _attacks.Values.Where(static attack => attack.ToldAt is not null).Select(static attack => attack.Item).ToList() is { Count: > 0 } items ? Make(NoticeKind.State, at, items) : null;

    private void Tell(NoticeKind kind, DateTimeOffset at, TimeSpan now, IEnumerable<Attack> attacks, List<Notice> notices)
    {
        var told = attacks.OrderBy(static attack => attack.Item.IncidentId, StringComparer.Ordinal).ToList();
        if (told.Count == 0)
            return;
        foreach (var attack in told)
            attack.ToldAt = now;
        notices.Add(Make(kind, at, [.. told.Select(static attack => attack.Item)]));
    }

    private Notice Make(NoticeKind kind, DateTimeOffset at, List<NoticeItem> items)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{items[0].IncidentId}-{NoticeText.Of(kind)}-{at.ToUnixTimeMilliseconds()}-{++_notices}");
        return new Notice(id, kind, at, [.. items.Take(Notice.MaximumItems)], Math.Max(0, items.Count - Notice.MaximumItems));
    }

    /// <summary>A wider attack took it over, and is told, or will be.</summary>
    private bool GoesOn(JournalEntry entry) => entry.Kind == EntryKind.Closed && ScriptCall.TakenOverBy(entry.Data) is { } wider && _attacks.ContainsKey(wider);

    /// <summary>One event has one incident as a rule; where a host got its own before its network had one, the network's tells for both.</summary>
    /// <param name="attack">Which.</param>
    /// <param name="wide">Attacks on networks.</param>
    private static bool IsPart(Attack attack, List<Attack> wide) => attack.Network is { } own && wide.Exists(other =>
        other != attack && other.Item.IsInbound == attack.Item.IsInbound && other.Network!.Value.PrefixLength < own.PrefixLength && other.Network.Value.Contains(own.BaseAddress));

    private static IPNetwork? Network(string target)
    {
        if (IPAddress.TryParse(target, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(target, out var network) ? network : null;
    }

    private sealed class Attack(NoticeItem item)
    {
        public NoticeItem Item { get; set; } = item;

        /// <summary>What is attacked; null: a name.</summary>
        public IPNetwork? Network { get; } = NoticeBook.Network(item.Target);

        public bool IsWide => Network is { } network && network.PrefixLength < network.BaseAddress.GetAddressBytes().Length * 8;

        /// <summary>When it was told last; null: never.</summary>
        public TimeSpan? ToldAt { get; set; }
    }
}
