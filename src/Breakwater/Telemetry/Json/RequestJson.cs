using System.Text;
using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry.Json;

/// <summary>Requests of access logs as JSON lines (docs/reference/decode.md).</summary>
/// <param name="output">Gets the lines.</param>
/// <param name="before">What is to be written out before the first of them; null for nothing.</param>
internal sealed class RequestJson(RecordJson output, TextWriter? before = null) : IRequestReader
{
    private const int AddressLength = 45;

    private readonly char[] _characters = new char[1 << 16];
    private readonly byte[] _text = new byte[1 << 16];
    private bool _isBegun;

    /// <summary>True when no more are wanted.</summary>
    public bool IsFull => output.IsFull;

    public bool WantsTimeOrder => false;

    /// <summary>Writes one request. Every key stands in every line; what the log does not tell is null.</summary>
    public void OnRequest(LogFormat format, ReadOnlySpan<byte> line, in LogRequest request)
    {
        if (!_isBegun)
            before?.Flush();
        _isBegun = true;
        var json = output.Begin("request"u8);
        json.WriteString("format"u8, format.Name);
        json.WritePropertyName("time"u8);
        if (request.Knows(LogFields.Time))
            ElementJson.WriteNanoseconds(json, request.TimeNanoseconds);
        else
            json.WriteNullValue();
        json.WriteBoolean("timeZoneAssumed"u8, request.Knows(LogFields.ZoneAssumed));
        WriteAddress(json, "clientAddress"u8, request, LogFields.Client, request.Client);
        WriteAddress(json, "peerAddress"u8, request, LogFields.Peer, request.Peer);
        Write(json, "method"u8, line, request, LogFields.Method, request.Method);
        Write(json, "path"u8, line, request, LogFields.Path, request.Path);
        Write(json, "query"u8, line, request, LogFields.Query, request.Query);
        Write(json, "protocol"u8, line, request, LogFields.Protocol, request.Protocol);
        // What is no request line stands whole: the octets that a client sent instead.
        if (request.Knows(LogFields.Method))
            json.WriteNull("requestLine"u8);
        else
            Write(json, "requestLine"u8, line, request, LogFields.Request, request.Request);
        WriteNumber(json, "status"u8, request.Knows(LogFields.Status), request.Status);
        WriteNumber(json, "bytes"u8, request.Knows(LogFields.Bytes), request.Bytes);
        Write(json, "referer"u8, line, request, LogFields.Referer, request.Referer);
        Write(json, "userAgent"u8, line, request, LogFields.UserAgent, request.UserAgent);
        Write(json, "host"u8, line, request, LogFields.Host, request.Host);
        Write(json, "forwardedFor"u8, line, request, LogFields.ForwardedFor, request.ForwardedFor);
        WriteSeconds(json, "durationSeconds"u8, request.Knows(LogFields.Duration), request.DurationNanoseconds);
        WriteSeconds(json, "upstreamSeconds"u8, request.Knows(LogFields.Upstream), request.UpstreamNanoseconds);
        output.End();
    }

    private static void WriteAddress(Utf8JsonWriter json, ReadOnlySpan<byte> key, in LogRequest request, LogFields field, Address address)
    {
        Span<byte> text = stackalloc byte[AddressLength];
        if (request.Knows(field) && address.TryFormat(text, out var length))
            json.WriteString(key, text[..length]);
        else
            json.WriteNull(key);
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> key, bool isKnown, ulong value)
    {
        if (isKnown)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }

    private static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> key, bool isKnown, long nanoseconds)
    {
        if (isKnown)
            json.WriteNumber(key, nanoseconds / 1_000_000_000m);
        else
            json.WriteNull(key);
    }

    private void Write(Utf8JsonWriter json, ReadOnlySpan<byte> key, ReadOnlySpan<byte> line, in LogRequest request, LogFields field, LogText text)
    {
        if (!request.Knows(field))
        {
            json.WriteNull(key);
            return;
        }

        // Octets that are not UTF-8 become U+FFFD, one for one at most.
        var length = LogUnescape.Write(text.In(line), request.Escapes, _text);
        json.WriteString(key, _characters.AsSpan(0, Encoding.UTF8.GetChars(_text.AsSpan(0, length), _characters)));
    }
}
