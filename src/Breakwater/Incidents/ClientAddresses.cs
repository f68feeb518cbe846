using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Wire;

namespace Breakwater.Incidents;

/// <summary>Where addresses of clients stand in an incident's document, and how they leave it.</summary>
internal static class ClientAddresses
{
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document with hashes in the place of addresses; null: it holds none.</summary>
    /// <param name="json">An incident, or a note on one.</param>
    /// <param name="key">Makes the hashes.</param>
    public static string? Hidden(string json, AddressKey key)
    {
        if (JsonNode.Parse(json) is not JsonObject document || document["sources"]?["top"] is not JsonArray top)
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
