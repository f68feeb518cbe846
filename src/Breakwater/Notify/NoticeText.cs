using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Notify;

/// <summary>A notice as a document, and as text for people.</summary>
internal static class NoticeText
{
    /// <summary>A document that would be longer carries its incidents without their whole documents.</summary>
    public const int MaximumDocumentBytes = 256 * 1024;

    public const string Schema = "breakwater.notice/1";

    public static string Of(NoticeKind kind) => kind switch { NoticeKind.Begin => "begin", NoticeKind.Repeat => "repeat", NoticeKind.End => "end", NoticeKind.Hurt => "hurt", _ => "state" };

    public static byte[] Document(Notice notice)
    {
        var whole = Document(notice, isWhole: true);
        return whole.Length <= MaximumDocumentBytes ? whole : Document(notice, isWhole: false);
    }

    public static string Body(Notice notice)
    {
        var text = new StringBuilder();
        foreach (var item in notice.Items)
        {
            text.Append(Line(item.Sentence)).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"  {(item.IncidentId.StartsWith("mit-", StringComparison.Ordinal) ? "filter" : "incident")} {item.IncidentId}");
            if (item.Service is { } service)
                text.Append(CultureInfo.InvariantCulture, $", service {Line(service)}");
            if (item.StartedAt is { } at)
                text.Append(CultureInfo.InvariantCulture, $", since {Time(at)}");
            text.Append('\n');
        }

        if (notice.More > 0)
            text.Append(CultureInfo.InvariantCulture, $"and {notice.More} more\n");
        return text.ToString();
    }

    /// <summary>Names come from configurations and databases: none of them begins a line or a header of its own.</summary>
    public static string Line(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static byte[] Document(Notice notice, bool isWhole)
    {
        var incidents = new JsonArray();
        foreach (var item in notice.Items)
        {
            incidents.Add((JsonNode)new JsonObject
            {
                ["id"] = item.IncidentId,
                ["target"] = item.Target,
                ["direction"] = item.IsInbound ? "inbound" : "outbound",
                ["service"] = item.Service,
                ["sentence"] = item.Sentence,
                ["startedAt"] = item.StartedAt is { } at ? Time(at) : null,
                ["incident"] = isWhole ? ScriptCall.Parse(item.Json) : null,
                ["mitigation"] = item.Mitigation is { } mitigation ? ScriptCall.Parse(mitigation) : null,
            });
        }

        var document = new JsonObject
        {
            ["schema"] = Schema,
            ["id"] = notice.Id,
            ["kind"] = Of(notice.Kind),
            ["at"] = Time(notice.At),
            ["more"] = notice.More,
            ["incidents"] = incidents,
        };
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }
}
