using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Notify;

/// <summary>
/// An Alertmanager (API v2, <c>POST /api/v2/alerts</c>). It groups, inhibits and repeats by its own rules, so it gets the state: all that is open once a minute, each with an end that
/// lies four minutes ahead, so that alerts resolve by themselves when Breakwater is gone.
/// </summary>
internal sealed class AlertmanagerReceiver(Uri url, TimeProvider time) : IReceiver
{
    /// <summary>How often the state is told.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan _lasts = TimeSpan.FromMinutes(4);

    /// <summary>A filter that hurts is told once: nothing renews its alert, so that it stands for longer.</summary>
    private static readonly TimeSpan _hurtLasts = TimeSpan.FromHours(1);

    private readonly Uri _alerts = new(url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");

    public string Name => $"alertmanager {url.GetLeftPart(UriPartial.Path)}";

    public object Settings => url;

    public bool KeepsState => true;

    public Task<Delivery> Deliver(Notice notice, CancellationToken abort)
    {
        var alerts = new JsonArray();
        foreach (var item in notice.Items)
            alerts.Add((JsonNode)Alert(item, notice));
        return Receivers.Attempt(end => HttpPost.Send(_alerts, JsonSerializer.SerializeToUtf8Bytes(alerts), [], end), time, abort);
    }

    private static JsonObject Alert(NoticeItem item, Notice notice)
    {
        // Labels are what makes an alert the same alert: nothing that changes while the attack goes on.
        var isHurt = notice.Kind == NoticeKind.Hurt;
        var labels = new JsonObject { ["alertname"] = isHurt ? "BreakwaterFilterHurts" : "BreakwaterAttack", ["severity"] = isHurt ? "warning" : "critical", ["incident"] = item.IncidentId, ["target"] = item.Target, ["direction"] = item.IsInbound ? "inbound" : "outbound" };
        if (item.Service is { } service)
            labels["service"] = service;
        if (item.Mitigation is { } mitigation && ScriptCall.Parse(mitigation)?["id"] is JsonValue value && value.TryGetValue<string>(out var id))
            labels["mitigation"] = id;
        var ends = notice.Kind == NoticeKind.End ? notice.At : notice.At + (isHurt ? _hurtLasts : _lasts);
        return new JsonObject
        {
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["summary"] = item.Sentence },
            ["startsAt"] = NoticeText.Time(item.StartedAt is { } at && at < ends ? at : notice.At < ends ? notice.At : ends),
            ["endsAt"] = NoticeText.Time(ends),
        };
    }
}
