using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Detection;

namespace Breakwater.Incidents;

/// <summary>What one step of an incident writes: its line in the journal, and the incident as it then stands.</summary>
internal sealed record IncidentStep(JournalEntry Entry, KeptIncident Incident);

/// <summary>
/// The life of incidents: engine keys to ids, states, and what survives a restart. Holds the open ones and those that closed lately;
/// no clock, no I/O; used by one thread.
/// </summary>
/// <param name="quiet">How long after a restart an open incident may stay unseen, while telemetry flows, before it is closed.</param>
/// <param name="reopen">An incident against the same target within this time after the close is the same event again.</param>
internal sealed class IncidentBook(TimeSpan quiet, TimeSpan reopen)
{
    /// <summary>Most incidents held; beyond it those that closed first leave, then nothing new is told apart from a new incident.</summary>
    public const int Capacity = 4096;

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SortedDictionary<string, KeptIncident> _byId = new(Comparer<string>.Create(static (left, right) => string.CompareOrdinal(right, left)));
    private readonly Dictionary<long, string> _idOfKey = [];

    /// <summary>Open when the engine started, and not seen since.</summary>
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private TimeSpan _seenTraffic;

    /// <summary>How long after a restart an open incident may stay unseen, while telemetry flows.</summary>
    public TimeSpan Quiet { get; set; } = quiet;

    /// <summary>Sequence of the last entry.</summary>
    public long Sequence { get; private set; }

    /// <summary>All that are held, newest first.</summary>
    public IReadOnlyCollection<KeptIncident> Held => _byId.Values;

    /// <summary>Takes over what the storage has: the last sequence, the open incidents, those that closed lately.</summary>
    /// <returns>One step for each open incident: nothing is known of it from its last entry to now.</returns>
    public List<IncidentStep> Restore(long sequence, IEnumerable<KeptIncident> incidents, DateTimeOffset now)
    {
        Sequence = Math.Max(Sequence, sequence);
        var steps = new List<IncidentStep>();
        foreach (var incident in incidents.Where(incident => !_byId.ContainsKey(incident.Id)))
        {
            _byId[incident.Id] = incident;
            if (!incident.IsOpen)
                continue;
            _unseen.Add(incident.Id);
            var note = new JsonObject { ["blindSince"] = Time(incident.ChangedAt), ["note"] = "the engine was not running; the incident stays open until telemetry says otherwise" };
            steps.Add(Step(incident, incident.State, EntryKind.Blind, now, note));
        }
        return steps;
    }

    /// <summary>One change as the engine tells it.</summary>
    public IncidentStep? Apply(long key, IncidentChangeKind kind, IncidentDocument document, DateTimeOffset at, long? takenOverBy = null)
    {
        var known = Find(key, document, at);
        var (state, entry) = Next(known, kind, document.Verdict);
        if (known is { IsOpen: false } && kind == IncidentChangeKind.Closed)
            return null;
        var sequence = Sequence + 1;
        var id = known?.Id ?? IncidentId.Of(sequence);
        var openedAt = known?.OpenedAt ?? at;
        if (kind == IncidentChangeKind.Closed)
            _idOfKey.Remove(key);
        else
            _idOfKey[key] = id;
        _unseen.Remove(id);
        var content = (JsonObject)document.Content.DeepClone();
        content["id"] = id;
        content["state"] = StateNames.Of(state);
        content["sentence"] = document.Sentence;
        content["openedAt"] = Time(openedAt);
        content["takenOverBy"] = takenOverBy is { } wider && _idOfKey.TryGetValue(wider, out var widerId) ? widerId : null;
        var incident = new KeptIncident(
            id, document.Target, document.Service, state, StateNames.Of(document.Verdict), document.Sentence, openedAt, at, sequence, Text(content));
        Hold(incident);
        Sequence = sequence;
        return new IncidentStep(new JournalEntry(sequence, at, entry, id, document.Service, incident.Json), incident);
    }

    /// <summary>Telemetry flowed for this long. Open incidents from before the restart that nobody saw again are then over.</summary>
    public List<IncidentStep> SeeTraffic(TimeSpan length, DateTimeOffset at)
    {
        var steps = new List<IncidentStep>();
        if (_unseen.Count == 0 || (_seenTraffic += length) < Quiet)
            return steps;
        foreach (var id in _unseen.Order(StringComparer.Ordinal))
            steps.Add(Step(_byId[id], KeptState.Closed, EntryKind.Closed, at, new JsonObject { ["note"] = "not seen again after the restart" }));
        _unseen.Clear();
        return steps;
    }

    /// <summary>Hides the addresses of clients in what changed last before a time.</summary>
    /// <returns>True when something was hidden.</returns>
    public bool HideAddresses(DateTimeOffset before, AddressKey key)
    {
        var old = _byId.Values.Where(incident => incident.ChangedAt < before).Select(incident => (Incident: incident, Json: ClientAddresses.Hidden(incident.Json, key))).Where(static entry => entry.Json is not null).ToList();
        foreach (var (incident, json) in old)
            _byId[incident.Id] = incident with { Json = json! };
        return old.Count > 0;
    }

    /// <summary>An entry that is about no incident.</summary>
    public JournalEntry Note(DateTimeOffset at, string kind, string subject, string? service, string data) => new(++Sequence, at, kind, subject, service, data);

    /// <summary>By key; for a new key the same target's incident, when it is open since before the restart or closed lately.</summary>
    private KeptIncident? Find(long key, IncidentDocument document, DateTimeOffset at)
    {
        if (_idOfKey.TryGetValue(key, out var id))
            return _byId.GetValueOrDefault(id);
        return _byId.Values
            .Where(incident => incident.Target == document.Target && (_unseen.Contains(incident.Id) || (!incident.IsOpen && at - incident.ChangedAt <= reopen)))
            .MaxBy(static incident => incident.Sequence);
    }

    private static (KeptState State, string Entry) Next(KeptIncident? known, IncidentChangeKind kind, Verdict verdict)
    {
        var isCertain = verdict is Verdict.Attack or Verdict.FlashCrowd;
        switch (kind)
        {
            case IncidentChangeKind.Closed:
                return (KeptState.Closed, EntryKind.Closed);
            case IncidentChangeKind.Quieted:
                return (KeptState.Quiet, EntryKind.Quiet);
            case IncidentChangeKind.Reopened:
            case var _ when known is { State: KeptState.Closed or KeptState.Quiet } && kind != IncidentChangeKind.Updated:
                return (KeptState.Reopened, EntryKind.Reopened);
            case var _ when known is null or { State: KeptState.Suspected }:
                if (!isCertain)
                    return (KeptState.Suspected, known is null ? EntryKind.Suspected : EntryKind.Updated);
                return (KeptState.Active, EntryKind.Active);
            default:
                return (known.State, EntryKind.Updated);
        }
    }

    /// <summary>A step that only the journal knows of: the content stays.</summary>
    private IncidentStep Step(KeptIncident incident, KeptState state, string kind, DateTimeOffset at, JsonObject note)
    {
        var content = Content(incident);
        content["state"] = StateNames.Of(state);
        var changed = incident with { State = state, ChangedAt = state == incident.State ? incident.ChangedAt : at, Sequence = ++Sequence, Json = Text(content), IsSaved = true };
        Hold(changed);
        note["id"] = incident.Id;
        note["state"] = StateNames.Of(state);
        note["sentence"] = incident.Sentence;
        return new IncidentStep(new JournalEntry(Sequence, at, kind, incident.Id, incident.Service, Text(note)), changed);
    }

    /// <summary>The document; where the storage holds no such text, what is known beside it.</summary>
    private static JsonObject Content(KeptIncident incident)
    {
        try
        {
            if (JsonNode.Parse(incident.Json) is JsonObject content)
                return content;
        }
        catch (JsonException)
        {
            // Damaged: the incident is open all the same.
        }

        return new JsonObject { ["id"] = incident.Id, ["sentence"] = incident.Sentence };
    }

    private void Hold(KeptIncident incident)
    {
        _byId[incident.Id] = incident;
        if (_byId.Count <= Capacity)
            return;
        var leaving = _byId.Values.OrderBy(static held => held.IsOpen).ThenBy(static held => held.Sequence).First();
        _byId.Remove(leaving.Id);
        _unseen.Remove(leaving.Id);
        foreach (var key in _idOfKey.Where(entry => entry.Value == leaving.Id).Select(static entry => entry.Key).ToList())
            _idOfKey.Remove(key);
    }

    private static string Text(JsonObject content) => content.ToJsonString(_readable);

    private static string Time(DateTimeOffset at) => JournalTime.Format(at);
}
