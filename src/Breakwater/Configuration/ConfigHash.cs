using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Breakwater.Detection;

namespace Breakwater.Configuration;

/// <summary>
/// The canonical form of a configuration and its SHA-256: JSON without spaces, every effective value in a fixed order and in base units.
/// Spelling, comments, order of lists, and whether a default is written out make no difference; every other change does. Paths count as
/// written, so that the same file has the same hash on every machine; the contents of databases have hashes of their own.
/// </summary>
internal static class ConfigHash
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public static string Compute(BreakwaterConfig config) => Convert.ToHexStringLower(SHA256.HashData(Canonical(config)));

    /// <summary>UTF-8.</summary>
    internal static byte[] Canonical(BreakwaterConfig config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", BreakwaterConfig.SupportedVersion);
            json.WriteStartObject("listen");
            Write(json, "telemetry", config.Listen.Telemetry);
            Write(json, "ipfixTcp", config.Listen.IpfixTcp);
            json.WriteString("api", config.Listen.Api.ToString());
            json.WriteStartArray("names");
            foreach (var name in config.Listen.Names)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("services");
            foreach (var service in config.Services)
                Write(json, service);
            json.WriteEndArray();
            json.WriteStartArray("exporters");
            foreach (var exporter in config.Exporters)
                Write(json, exporter);
            json.WriteEndArray();
            json.WriteStartArray("interfaces");
            foreach (var entry in config.Interfaces)
                Write(json, entry);
            json.WriteEndArray();
            Write(json, config.Detection);
            Write(json, config.Web);
            Write(json, "allow", config.Allow);
            json.WriteStartArray("upstreams");
            foreach (var upstream in config.Upstreams)
                Write(json, upstream);
            json.WriteEndArray();
            ResponseHash.Write(json, config.Response);
            Write(json, config.Notify);
            Write(json, config.Limits);
            json.WriteStartObject("geo");
            json.WriteString("countries", config.Geo.Countries?.Written);
            json.WriteString("asns", config.Geo.Asns?.Written);
            json.WriteEndObject();
            Write(json, config.Retention);
            json.WriteStartObject("storage");
            json.WriteString("folder", config.Storage.Folder);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ServiceConfig service)
    {
        json.WriteStartObject();
        json.WriteString("name", service.Name);
        Write(json, "addresses", service.Addresses);
        json.WriteString("profile", ServiceKeys.Profile.Value.Spell(service.Profile));
        Write(json, service.Floors);
        json.WriteStartObject("response");
        ResponseHash.Write(json, service.Response);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, UpstreamConfig upstream)
    {
        json.WriteStartObject();
        json.WriteString("name", upstream.Name);
        json.WriteString("contact", upstream.Contact);
        json.WriteNumberOrNull("asNumber", upstream.AsNumber);
        json.WriteString("blackholeCommunity", upstream.BlackholeCommunity);
        json.WriteString("form", UpstreamKeys.Form.Value.Spell(upstream.Form));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExporterConfig exporter)
    {
        json.WriteStartObject();
        json.WriteString("name", exporter.Name);
        json.WriteString("address", exporter.Address.ToString());
        json.WriteNumberOrNull("sampling", exporter.Sampling);
        json.WriteNumberOrNull("domain", exporter.Domain);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InterfaceConfig entry)
    {
        json.WriteStartObject();
        json.WriteString("exporter", entry.Exporter);
        Write(json, "ifIndexes", entry.IfIndexes);
        json.WriteStartArray("names");
        foreach (var name in entry.Names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteNumberOrNull("speed", entry.SpeedBitsPerSecond);
        json.WriteString("role", InterfaceKeys.Role.Value.Spell(entry.Role));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DetectionConfig detection)
    {
        json.WriteStartObject("detection");
        json.WriteNumber("falseAlarm", detection.FalseAlarm);
        json.WriteNumber("quietMilliseconds", detection.Quiet.Ticks / TimeSpan.TicksPerMillisecond);
        Write(json, detection.Floors);
        json.WriteNumber("prefixFactor", detection.PrefixFactor);
        Write(json, "prefixes", detection.Prefixes);
        json.WriteStartArray("off");
        foreach (var name in detection.Off)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteNumber("unaskedReplies", detection.UnaskedRepliesPerMinute);
        json.WriteNumber("reflectionSenders", detection.ReflectionSenders);
        json.WriteNumber("crowdSenders", detection.CrowdSenders);
        json.WriteEndObject();
    }

    /// <summary>Nothing where there is nothing: a configuration without logs has the hash that it always had.</summary>
    private static void Write(Utf8JsonWriter json, WebConfig web)
    {
        if (web.Inputs.IsEmpty)
            return;
        json.WriteStartArray("web");
        foreach (var input in web.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("file", input.File);
            json.WriteString("syslog", input.Syslog?.ToString());
            json.WriteString("format", input.Format);
            json.WriteString("service", input.Service);
            Write(json, "trustedProxies", input.TrustedProxies);
            Write(json, "allow", input.Allow);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FloorsConfig floors)
    {
        json.WriteStartObject("floors");
        json.WriteNumber("amplification", floors.Amplification);
        json.WriteNumber("syn", floors.Syn);
        json.WriteNumber("synAck", floors.SynAck);
        json.WriteNumber("segments", floors.Segments);
        json.WriteNumber("udp", floors.Udp);
        json.WriteNumber("icmp", floors.Icmp);
        json.WriteNumber("fragments", floors.Fragments);
        json.WriteNumber("protocols", floors.Protocols);
        json.WriteNumber("queries", floors.Queries);
        json.WriteNumber("connections", floors.ConnectionsPerSecond);
        json.WriteNumber("requests", floors.RequestsPerSecond);
        json.WriteNumberOrNull("volume", floors.VolumeBitsPerSecond);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RetentionConfig retention)
    {
        json.WriteStartObject("retention");
        json.WriteNumber("incidentsSeconds", retention.Incidents.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("secondsSeconds", retention.Seconds.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("minutesSeconds", retention.Minutes.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("clientAddressesSeconds", retention.ClientAddresses.Ticks / TimeSpan.TicksPerSecond);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, NotifyConfig notify)
    {
        json.WriteStartObject("notify");
        json.WriteStartArray("scripts");
        foreach (var script in notify.Scripts)
            json.WriteStringValue(script);
        json.WriteEndArray();
        json.WriteNumber("timeLimitMilliseconds", notify.TimeLimit.Ticks / TimeSpan.TicksPerMillisecond);
        json.WriteStartArray("webhooks");
        foreach (var webhook in notify.Webhooks)
        {
            json.WriteStartObject();
            json.WriteString("url", webhook.Url.AbsoluteUri);
            json.WriteString("secret", webhook.Secret.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, notify.Mail);
        WriteTexts(json, "syslog", notify.Syslog.Select(static target => target.ToString()));
        WriteTexts(json, "alertmanagers", notify.Alertmanagers.Select(static url => url.AbsoluteUri));
        json.WriteNumber("groupMilliseconds", notify.Group.Ticks / TimeSpan.TicksPerMillisecond);
        json.WriteNumber("repeatMilliseconds", notify.Repeat.Ticks / TimeSpan.TicksPerMillisecond);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MailConfig? mail)
    {
        if (mail is null)
        {
            json.WriteNull("mail");
            return;
        }

        json.WriteStartObject("mail");
        json.WriteString("server", mail.Server.ToString());
        json.WriteString("security", MailKeys.Security.Value.Spell(mail.Security));
        json.WriteString("from", mail.From);
        WriteTexts(json, "to", mail.To);
        json.WriteString("user", mail.User);
        json.WriteString("password", mail.Password?.ToString());
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, LimitsConfig limits)
    {
        json.WriteStartObject("limits");
        json.WriteNumber("hosts", limits.Hosts);
        json.WriteNumber("dossiers", limits.Dossiers);
        json.WriteNumber("tickRecords", limits.TickRecords);
        json.WriteEndObject();
    }

    internal static void Write<T>(Utf8JsonWriter json, string name, ImmutableArray<T> items)
        where T : struct
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item.ToString());
        json.WriteEndArray();
    }
}
