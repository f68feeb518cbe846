using System.Text;

namespace Breakwater.Wire.AccessLog;

/// <summary>Objects of a JSON log line whose members are looked at.</summary>
internal enum JsonScope : byte
{
    /// <summary>Passed over.</summary>
    Other = 0,
    Root,

    /// <summary>Caddy's <c>request</c>.</summary>
    Request,

    /// <summary>Caddy's <c>request.headers</c>.</summary>
    Headers,
}

/// <summary>What a member of an object is: a field, or an object that is looked at too.</summary>
/// <param name="Scope">The object that it is a member of.</param>
/// <param name="Key">Its name, without escapes.</param>
/// <param name="Field">The field; of an array its first value.</param>
/// <param name="Inner">What its members are when it is an object.</param>
internal readonly record struct JsonKey(JsonScope Scope, byte[] Key, LogField Field, JsonScope Inner);

/// <summary>The members that one server's JSON log has, found by name.</summary>
internal sealed class JsonKeys
{
    private const int Slots = 64;

    private readonly JsonKey[][] _slots = new JsonKey[Slots][];

    private JsonKeys(params ReadOnlySpan<(JsonScope Scope, string Key, LogField Field, JsonScope Inner)> keys)
    {
        Array.Fill(_slots, []);
        foreach (var (scope, key, field, inner) in keys)
        {
            var entry = new JsonKey(scope, Encoding.UTF8.GetBytes(key), field, inner);
            ref var slot = ref _slots[SlotOf(entry.Key)];
            slot = [.. slot, entry];
        }
    }

    /// <summary>Caddy 2: one object for the request, with its headers as arrays.</summary>
    public static JsonKeys Caddy { get; } = new(
        (JsonScope.Root, "logger", LogField.Logger, JsonScope.Other),
        (JsonScope.Root, "ts", LogField.AnyTime, JsonScope.Other),
        (JsonScope.Root, "status", LogField.Status, JsonScope.Other),
        (JsonScope.Root, "size", LogField.Bytes, JsonScope.Other),
        (JsonScope.Root, "duration", LogField.DurationSeconds, JsonScope.Other),
        (JsonScope.Root, "request", LogField.Skipped, JsonScope.Request),
        (JsonScope.Request, "remote_ip", LogField.PeerAddress, JsonScope.Other),
        (JsonScope.Request, "remote_addr", LogField.PeerAddress, JsonScope.Other),
        (JsonScope.Request, "client_ip", LogField.Client, JsonScope.Other),
        (JsonScope.Request, "proto", LogField.Protocol, JsonScope.Other),
        (JsonScope.Request, "method", LogField.Method, JsonScope.Other),
        (JsonScope.Request, "host", LogField.Host, JsonScope.Other),
        (JsonScope.Request, "uri", LogField.Target, JsonScope.Other),
        (JsonScope.Request, "headers", LogField.Skipped, JsonScope.Headers),
        (JsonScope.Headers, "User-Agent", LogField.UserAgent, JsonScope.Other),
        (JsonScope.Headers, "Referer", LogField.Referer, JsonScope.Other),
        (JsonScope.Headers, "X-Forwarded-For", LogField.ForwardedFor, JsonScope.Other));

    /// <summary>Traefik 2 and 3: flat, headers as <c>request_NAME</c>.</summary>
    public static JsonKeys Traefik { get; } = new(
        (JsonScope.Root, "ClientHost", LogField.Client, JsonScope.Other),
        (JsonScope.Root, "ClientAddr", LogField.PeerAddress, JsonScope.Other),
        (JsonScope.Root, "StartUTC", LogField.IsoTime, JsonScope.Other),
        (JsonScope.Root, "RequestMethod", LogField.Method, JsonScope.Other),
        (JsonScope.Root, "RequestPath", LogField.Target, JsonScope.Other),
        (JsonScope.Root, "RequestProtocol", LogField.Protocol, JsonScope.Other),
        (JsonScope.Root, "RequestHost", LogField.Host, JsonScope.Other),
        (JsonScope.Root, "RequestAddr", LogField.OtherHost, JsonScope.Other),
        (JsonScope.Root, "DownstreamStatus", LogField.Status, JsonScope.Other),
        (JsonScope.Root, "DownstreamContentSize", LogField.Bytes, JsonScope.Other),
        (JsonScope.Root, "Duration", LogField.DurationNanoseconds, JsonScope.Other),
        (JsonScope.Root, "OriginDuration", LogField.UpstreamNanoseconds, JsonScope.Other),
        (JsonScope.Root, "request_User-Agent", LogField.UserAgent, JsonScope.Other),
        (JsonScope.Root, "request_Referer", LogField.Referer, JsonScope.Other),
        (JsonScope.Root, "request_X-Forwarded-For", LogField.ForwardedFor, JsonScope.Other));

    /// <summary>Envoy's names of its documentation, and of Envoy Gateway and Istio.</summary>
    public static JsonKeys Envoy { get; } = new(
        (JsonScope.Root, "start_time", LogField.IsoTime, JsonScope.Other),
        (JsonScope.Root, "downstream_remote_address", LogField.Client, JsonScope.Other),
        (JsonScope.Root, "downstream_direct_remote_address", LogField.PeerAddress, JsonScope.Other),
        (JsonScope.Root, "method", LogField.Method, JsonScope.Other),
        (JsonScope.Root, "path", LogField.Target, JsonScope.Other),
        (JsonScope.Root, "x-envoy-origin-path", LogField.Target, JsonScope.Other),
        (JsonScope.Root, "x-envoy-original-path", LogField.Target, JsonScope.Other),
        (JsonScope.Root, "protocol", LogField.Protocol, JsonScope.Other),
        (JsonScope.Root, ":authority", LogField.Host, JsonScope.Other),
        (JsonScope.Root, "authority", LogField.Host, JsonScope.Other),
        (JsonScope.Root, "response_code", LogField.Status, JsonScope.Other),
        (JsonScope.Root, "bytes_sent", LogField.Bytes, JsonScope.Other),
        (JsonScope.Root, "duration", LogField.DurationMilliseconds, JsonScope.Other),
        (JsonScope.Root, "x-envoy-upstream-service-time", LogField.UpstreamMilliseconds, JsonScope.Other),
        (JsonScope.Root, "upstream_service_time", LogField.UpstreamMilliseconds, JsonScope.Other),
        (JsonScope.Root, "user-agent", LogField.UserAgent, JsonScope.Other),
        (JsonScope.Root, "user_agent", LogField.UserAgent, JsonScope.Other),
        (JsonScope.Root, "referer", LogField.Referer, JsonScope.Other),
        (JsonScope.Root, "x-forwarded-for", LogField.ForwardedFor, JsonScope.Other),
        (JsonScope.Root, "x_forwarded_for", LogField.ForwardedFor, JsonScope.Other));

    /// <summary>nginx with escape=json whose keys are the names of the variables.</summary>
    public static JsonKeys Nginx { get; } = new([.. NginxFormat.Names.Select(static name => (JsonScope.Root, name, NginxFormat.Find(name), JsonScope.Other))]);

    /// <summary>Finds a member; one that means nothing is passed over.</summary>
    public (LogField Field, JsonScope Inner) Find(JsonScope scope, ReadOnlySpan<byte> key)
    {
        foreach (ref readonly var entry in _slots[SlotOf(key)].AsSpan())
        {
            if (entry.Scope == scope && key.SequenceEqual(entry.Key))
                return (entry.Field, entry.Inner);
        }

        return (LogField.Skipped, JsonScope.Other);
    }

    private static int SlotOf(ReadOnlySpan<byte> key) => key.IsEmpty ? 0 : ((key[0] * 7) + (key[^1] * 31) + (key[key.Length / 2] * 3) + key.Length) & (Slots - 1);
}
