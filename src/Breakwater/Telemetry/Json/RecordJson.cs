using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>Writes records as JSON lines, counts them, and stops at a limit.</summary>
internal sealed class RecordJson(Stream output, long limit) : IDisposable
{
    // Lines are flushed to the stream when this much has gathered.
    private const int FlushBytes = 1 << 16;

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes * 2);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // plain JSON for programs and terminals, never embedded in HTML
        SkipValidation = true,
    });

    /// <summary>Records written.</summary>
    public long Count { get; private set; }

    /// <summary>True when no more records are wanted.</summary>
    public bool IsFull => Count >= limit;

    /// <summary>Begins a record and writes the keys that every record has.</summary>
    public Utf8JsonWriter Begin(in RecordHead head)
    {
        Begin(head.RecordType);
        _json.WriteString("format"u8, head.Format);
        _json.WriteString("exporter"u8, head.Exporter);
        if (!head.HidesDomainId)
        {
            if (head.ObservationDomainId is { } domain)
                _json.WriteNumber("observationDomainId"u8, domain);
            else
                _json.WriteNull("observationDomainId"u8);
        }

        if (head.SetId > 0)
            _json.WriteNumber("setId"u8, head.SetId);
        if (head.Sampling.Rate > 0)
            _json.WriteNumber("samplingRate"u8, head.Sampling.Rate);
        else
            _json.WriteNull("samplingRate"u8);
        _json.WriteString("samplingSource"u8, SourceName(head.Sampling.Source));
        _json.WritePropertyName("receivedAt"u8);
        if (head.ReceivedNanoseconds != 0)
            ElementJson.WriteNanoseconds(_json, head.ReceivedNanoseconds);
        else
            _json.WriteNullValue();
        if (head.Guessed)
            _json.WriteBoolean("guessed"u8, true);
        return _json;
    }

    /// <summary>Begins a record of its own kind, which has no exporter.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> recordType)
    {
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("recordType"u8, recordType);
        return _json;
    }

    /// <summary>Ends the record and its line.</summary>
    public void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        Count++;
        if (_buffer.WrittenCount >= FlushBytes)
            Flush();
    }

    public void Flush()
    {
        output.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    public void Dispose() => _json.Dispose();

    private static ReadOnlySpan<byte> SourceName(SamplingSource source) => source switch
    {
        SamplingSource.Header => "header"u8,
        SamplingSource.Options => "options"u8,
        SamplingSource.Configured => "configured"u8,
        _ => "unknown"u8,
    };
}

/// <summary>The keys that every record has.</summary>
internal readonly ref struct RecordHead
{
    public required ReadOnlySpan<byte> RecordType { get; init; }

    public required ReadOnlySpan<byte> Format { get; init; }

    public required string Exporter { get; init; }

    public uint? ObservationDomainId { get; init; }

    /// <summary>True when the record has an element of that name, whose value then stands.</summary>
    public bool HidesDomainId { get; init; }

    /// <summary>0 for formats without sets.</summary>
    public ushort SetId { get; init; }

    public Sampling Sampling { get; init; }

    /// <summary>Nanoseconds since 1970-01-01 UTC, 0 when unknown.</summary>
    public long ReceivedNanoseconds { get; init; }

    public bool Guessed { get; init; }
}
