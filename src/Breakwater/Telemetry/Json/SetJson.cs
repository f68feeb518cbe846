using System.Text.Json;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>The data sets of NetFlow v9 and IPFIX as JSON lines.</summary>
internal struct SetJson(RecordJson output, Exporter exporter, DecodeSummary summary) : ISetSink
{
    // Offsets and lengths of one record's fields; a message has at most 65,535 octets, a template at most as many fields.
    private (int Offset, int Length)[] _values = new (int, int)[ExporterLimits.Default.MaxFieldsPerTemplate];

    public readonly void OnTemplate(in SetContext context, Template template, TemplateChange change) =>
        summary.CountTemplate(change);

    public readonly void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason) =>
        summary.Add(exporter, new UndecodableSet(exporter.Name, context.DomainId, context.SetId, lengthBytes, reason));

    public readonly void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => exporter.Count(sequenceEvent);

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        var keys = TemplateJson.Of(template);
        var cursor = new RecordCursor(template, records);
        while (cursor.TryRead(out var record))
        {
            exporter.Records++;
            if (output.IsFull)
                continue; // state and sequence numbers go on
            WriteRecord(context, template, keys, record);
        }
    }

    private void WriteRecord(in SetContext context, Template template, TemplateJson keys, ReadOnlySpan<byte> record)
    {
        var json = output.Begin(new RecordHead
        {
            RecordType = TypeName(template.Kind),
            Format = context.Format == ExportFormat.Ipfix ? "ipfix"u8 : "netflow9"u8,
            Exporter = exporter.Name,
            ObservationDomainId = context.DomainId,
            HidesDomainId = keys.HasDomainId,
            SetId = context.SetId,
            Sampling = context.SamplingFor(template, record),
            ReceivedNanoseconds = context.ReceivedNanoseconds,
            Guessed = exporter.Guessed,
        });
        WriteFields(json, keys, record, FindValues(template, record));
        output.End();
    }

    private int FindValues(Template template, ReadOnlySpan<byte> record)
    {
        if (_values.Length < template.Fields.Length)
            _values = new (int, int)[template.Fields.Length];
        var cursor = new FieldCursor(template, record);
        var count = 0;
        while (cursor.TryRead(out _, out var value))
        {
            var offset = value.IsEmpty ? 0 : (int)(System.Runtime.CompilerServices.Unsafe.ByteOffset(
                ref System.Runtime.InteropServices.MemoryMarshal.GetReference(record),
                ref System.Runtime.InteropServices.MemoryMarshal.GetReference(value)));
            _values[count++] = (offset, value.Length);
        }

        return count;
    }

    private readonly void WriteFields(Utf8JsonWriter json, TemplateJson keys, ReadOnlySpan<byte> record, int count)
    {
        for (var index = 0; index < count; index++)
        {
            ref var field = ref keys.Fields[index];
            if (field.IsRepeat)
                continue;
            json.WritePropertyName(field.Name);
            if (field.Next < 0)
            {
                ElementJson.Write(json, field.Type, Value(record, index));
                continue;
            }

            json.WriteStartArray();
            for (var next = index; next >= 0 && next < count; next = keys.Fields[next].Next)
                ElementJson.Write(json, keys.Fields[next].Type, Value(record, next));
            json.WriteEndArray();
        }
    }

    private readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> record, int index) =>
        record.Slice(_values[index].Offset, _values[index].Length);

    private static ReadOnlySpan<byte> TypeName(TemplateKind kind) => kind switch
    {
        TemplateKind.Options => "options"u8,
        TemplateKind.Event => "event"u8,
        _ => "flow"u8,
    };
}
