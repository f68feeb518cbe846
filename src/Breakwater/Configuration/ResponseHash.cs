using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Breakwater.Wire.Bgp;

namespace Breakwater.Configuration;

/// <summary>The canonical form of <c>response</c>. Of a key there is a hash that takes long to guess against: whoever may read this does not learn it.</summary>
internal static class ResponseHash
{
    private const int Rounds = 10_000;
    private const int KeyOctets = 8;

    public static void Write(Utf8JsonWriter json, ResponseConfig response)
    {
        json.WriteStartObject("response");
        Write(json, response.Policy);
        json.WriteNumberOrNull("asNumber", response.AsNumber);
        json.WriteString("routerId", response.RouterId?.ToString());
        json.WriteStartArray("peers");
        foreach (var peer in response.Peers)
            Write(json, peer);
        json.WriteEndArray();
        json.WriteStartArray("hosts");
        foreach (var host in response.Hosts)
            Write(json, host);
        json.WriteEndArray();
        ConfigHash.Write(json, "prefixes", response.Prefixes);
        json.WriteNumber("leaseMilliseconds", Milliseconds(response.Lease));
        json.WriteNumber("maxRules", response.MaxRules);
        json.WriteStartArray("maintenance");
        foreach (var window in response.Maintenance)
            Write(json, window);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Into the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, ResponsePolicyConfig policy)
    {
        json.WriteString("mode", PolicyKeys.Mode.Value.Spell(policy.Mode));
        json.WriteString("minConfidence", PolicyKeys.MinConfidence.Value.Spell(policy.MinConfidence));
        json.WriteNumber("maxDroppedPercent", policy.MaxDroppedPercent);
        json.WriteNumber("minCoveredPercent", policy.MinCoveredPercent);
        json.WriteNumber("maxRulesPerIncident", policy.MaxRulesPerIncident);
        json.WriteString("blackhole", PolicyKeys.Blackhole.Value.Spell(policy.Blackhole));
        json.WriteBoolean("fourEyes", policy.FourEyes);
        json.WriteNumber("escalateAfterMilliseconds", Milliseconds(policy.EscalateAfter));
        json.WriteNumber("holdAfterMilliseconds", Milliseconds(policy.HoldAfter));
    }

    private static void Write(Utf8JsonWriter json, PeerConfig peer)
    {
        json.WriteStartObject();
        json.WriteString("name", peer.Name);
        json.WriteString("address", peer.Address.ToString());
        json.WriteNumber("port", peer.Port);
        json.WriteNumber("peerAs", peer.PeerAs);
        json.WriteString("localAddress", peer.LocalAddress?.ToString());
        json.WriteString("passwordHash", peer.Password is { } password ? Hash(password, peer.Name) : null);
        json.WriteNumberOrNull("hops", peer.Hops);
        json.WriteNumber("holdTimeMilliseconds", Milliseconds(peer.HoldTime));
        json.WriteNumberOrNull("gracefulRestartMilliseconds", peer.GracefulRestart is { } restart ? Milliseconds(restart) : null);
        json.WriteStartArray("families");
        foreach (var family in BgpFamily.Each)
        {
            if ((peer.Families & family) != 0)
                json.WriteStringValue(PeerKeys.Families.Item.Spell(family));
        }

        json.WriteEndArray();
        json.WriteString("profile", PeerKeys.Profile.Value.Spell(peer.Profile));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, HostConfig host)
    {
        json.WriteStartObject();
        json.WriteString("name", host.Name);
        json.WriteString("socket", host.Socket);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MaintenanceWindow window)
    {
        json.WriteStartObject();
        json.WriteStartArray("days");
        foreach (var day in window.Days)
            json.WriteStringValue(MaintenanceKeys.Days.Item.Spell(day));
        json.WriteEndArray();
        json.WriteString("from", MaintenanceKeys.From.Value.Spell(window.From));
        json.WriteString("to", MaintenanceKeys.To.Value.Spell(window.To));
        json.WriteEndObject();
    }

    private static string Hash(string password, string salt) =>
        Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(password, Encoding.UTF8.GetBytes($"breakwater {salt}"), Rounds, HashAlgorithmName.SHA256, KeyOctets));

    private static long Milliseconds(TimeSpan value) => value.Ticks / TimeSpan.TicksPerMillisecond;
}
