using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Wire;

namespace Breakwater.Incidents;

/// <summary>Where addresses of clients stand in an incident's document, and how they leave it.</summary>
internal static class ClientAddresses
{
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What takes the place of a text that cannot be read: nobody knows which addresses stand in it.</summary>
    public const string Unreadable = """{"note":"the text could not be read and may have held addresses of clients: it was removed"}""";

    /// <summary>The document with hashes in the place of addresses, <see cref="Unreadable"/> for what is no such document; null: it holds none.</summary>
    /// <param name="json">An incident, or a note on one.</param>
    /// <param name="key">Makes the hashes.</param>
    public static string? Hidden(string json, AddressKey key)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject document ? Hidden(document, key) : null;
        }
        // Damaged, or of another form: JsonNode says so in three ways.
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return Unreadable;
        }
    }

    private static string? Hidden(JsonObject document, AddressKey key)
    {
        if (document["sources"]?["top"] is not JsonArray top)
            return null;
        var isChanged = false;
        foreach (var source in top.OfType<JsonObject>())
        {
            if (!Address.TryParse((string?)source["address"], out var address))
                continue;
            source["address"] = key.Hide(address);
            isChanged = true;
        }

        return isChanged ? document.ToJsonString(_readable) : null;
    }
}
