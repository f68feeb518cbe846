using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;

namespace Breakwater.Notify;

/// <summary>Why somebody is told.</summary>
internal enum NoticeKind
{
    /// <summary>Attacks have begun.</summary>
    Begin,

    /// <summary>They go on, after the time of <c>notify.repeat</c>.</summary>
    Repeat,

    /// <summary>All that are open, for those who keep a state of their own.</summary>
    State,

    /// <summary>They are over.</summary>
    End,

    /// <summary>A filter hurts known-good clients (<c>mitigation.hurt</c>): it is taken back, or stays since that is its purpose.</summary>
    Hurt,
}

/// <summary>One attack of a notice.</summary>
/// <param name="IncidentId">The incident's id.</param>
/// <param name="Target">Address, network or name that is attacked.</param>
/// <param name="IsInbound">Towards it; else from it.</param>
/// <param name="Service">Null: of none.</param>
/// <param name="Sentence">What happens, in words.</param>
/// <param name="StartedAt">As the incident tells it, or when the filter was seen to hurt; null: it does not.</param>
/// <param name="Json">The incident's document.</param>
internal sealed record NoticeItem(string IncidentId, string Target, bool IsInbound, string? Service, string Sentence, DateTimeOffset? StartedAt, string Json)
{
    /// <summary>Longest sentence and name; what is longer is cut.</summary>
    public const int MaximumCharacters = 1_000;

    /// <summary>Of a filter that hurts what the journal tells of it; null: it is about an attack.</summary>
    public string? Mitigation { get; init; }

    /// <summary>False: the filter that hurts stays.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>A filter that hurts, as the journal tells of it; null: it does not say what it is about.</summary>
    /// <param name="entry">Its subject is the incident, or the filter where it has none.</param>
    /// <param name="attack">The incident's, where it is known.</param>
    public static NoticeItem? OfHurt(JournalEntry entry, NoticeItem? attack)
    {
        if (ScriptCall.Parse(entry.Data) is not { } hurt || Text(hurt["note"]) is not { Length: > 0 } note || (attack?.Target ?? Text(hurt["destination"])) is not { Length: > 0 } target)
            return null;
        var item = attack ?? new NoticeItem(entry.Subject, target, true, entry.Service, note, null, "");
        return item with { Sentence = note, StartedAt = entry.At, Mitigation = entry.Data, IsTakenBack = hurt["isTakenBack"] is JsonValue value && value.TryGetValue<bool>(out var isTakenBack) && isTakenBack };
    }

    /// <summary>The attack that a journal's document tells; null: it does not say who is attacked.</summary>
    public static NoticeItem? Of(string json)
    {
        if (ScriptCall.Parse(json) is not { } incident || incident["target"] is not JsonObject target || Text(target["value"]) is not { Length: > 0 } value || Text(incident["id"]) is not { Length: > 0 } id)
            return null;
        var startedAt = DateTimeOffset.TryParse(Text(incident["startedAt"]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTimeOffset?)null;
        return new NoticeItem(id, value, Text(target["direction"]) != "outbound", Text(incident["service"]), Text(incident["sentence"]) ?? $"Attack on {value}.", startedAt, json);
    }

    private static string? Text(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
            return null;
        return text.Length <= MaximumCharacters ? text : text[..MaximumCharacters];
    }
}

/// <summary>What receivers are told at once.</summary>
/// <param name="Id">The same for each attempt to deliver it, and for no other notice.</param>
/// <param name="Kind">Why.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Items">At most <see cref="MaximumItems"/>.</param>
/// <param name="More">Attacks that are left out of the items.</param>
internal sealed record Notice(string Id, NoticeKind Kind, DateTimeOffset At, ImmutableArray<NoticeItem> Items, int More = 0)
{
    /// <summary>Most attacks that one notice tells in full.</summary>
    public const int MaximumItems = 20;

    /// <summary>One line for a subject.</summary>
    public string Subject
    {
        get
        {
            if (Kind == NoticeKind.Hurt)
                return $"A filter for {Items[0].Target} hurts known clients, and {(Items[0].IsTakenBack ? "is taken back" : "stays")}";
            var (count, what) = (Items.Length + More, Kind switch { NoticeKind.End => "is over", NoticeKind.Begin => "has begun", _ => "goes on" });
            return count == 1
                ? $"Attack {(Items[0].IsInbound ? "on" : "from")} {Items[0].Target} {what}"
                : string.Create(CultureInfo.InvariantCulture, $"{count} attacks: on {Items[0].Target} and others; {(Kind switch { NoticeKind.End => "over", NoticeKind.Begin => "begun", _ => "going on" })}");
        }
    }
}
