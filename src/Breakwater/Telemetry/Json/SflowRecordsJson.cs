using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Json;

/// <summary>
/// The structures of one sample under <c>records</c>, each by its specification's name and fields; those of other enterprises as
/// <c>"ENTERPRISE/FORMAT":"hex"</c>, structures that occur more than once as an array.
/// </summary>
internal sealed class SflowRecordsJson
{
    private readonly List<(SflowTag Tag, int Offset, int Length, int Next)> _records = [];
    private readonly Dictionary<uint, int> _last = [];

    public DecodeError Write(Utf8JsonWriter json, SflowRecordKind kind, SflowRecords records)
    {
        var fault = Index(records);
        json.WriteStartObject("records"u8);
        for (var index = 0; index < _records.Count; index++)
        {
            var (tag, _, _, next) = _records[index];
            if (next < 0)
                continue; // written in the array of the first one with its tag
            var structure = SflowStructure.Find(kind, tag);
            json.WritePropertyName(structure?.Name ?? $"{tag.Enterprise}/{tag.Format}");
            if (next == 0)
            {
                WriteOne(json, kind, structure, Body(records, index), ref fault);
                continue;
            }

            json.WriteStartArray();
            for (var same = index; same >= 0; same = Following(same))
                WriteOne(json, kind, structure, Body(records, same), ref fault);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        return fault;
    }

    // Next: 0 nothing follows and nothing comes before, n > 0 the next of its tag is n; repeats are stored as ~n (0: the last).
    private DecodeError Index(SflowRecords records)
    {
        _records.Clear();
        _last.Clear();
        var list = records.GetEnumerator();
        while (list.MoveNext())
        {
            var offset = records.Bytes.Length - Remaining(records.Bytes, list.Body);
            var index = _records.Count;
            var isRepeat = _last.TryGetValue(list.Tag.Value, out var previous);
            _records.Add((list.Tag, offset, list.Body.Length, isRepeat ? ~0 : 0));
            if (isRepeat)
                _records[previous] = _records[previous] with { Next = _records[previous].Next < 0 ? ~index : index };
            _last[list.Tag.Value] = index;
        }

        return list.Error;
    }

    private int Following(int index)
    {
        var next = _records[index].Next < 0 ? ~_records[index].Next : _records[index].Next;
        return next == 0 ? -1 : next;
    }

    private ReadOnlySpan<byte> Body(SflowRecords records, int index) => records.Bytes.Slice(_records[index].Offset, _records[index].Length);

    private static int Remaining(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part) => part.IsEmpty
        ? whole.Length
        : whole.Length - (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(whole),
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(part));

    private static void WriteOne(Utf8JsonWriter json, SflowRecordKind kind, SflowStructure? structure, ReadOnlySpan<byte> body, ref DecodeError fault)
    {
        if (structure is null)
        {
            ElementJson.WriteHex(json, body);
            return;
        }

        json.WriteStartObject();
        if (kind == SflowRecordKind.Flow && structure.Tag.Value == SflowFlowRecord.RawHeader && SflowRawHeader.TryRead(body, out var raw))
        {
            WriteRawHeader(json, raw);
        }
        else
        {
            var fields = new FieldJson(json);
            var error = structure.Read(body, ref fields);
            if (fault == DecodeError.None)
                fault = error;
        }

        json.WriteEndObject();
    }

    // The octets of a header that was dissected stand in the record's own elements.
    private static void WriteRawHeader(Utf8JsonWriter json, in SflowRawHeader raw)
    {
        json.WriteNumber("protocol"u8, raw.Protocol);
        json.WriteNumber("frame_length"u8, raw.FrameLength);
        json.WriteNumber("stripped"u8, raw.Stripped);
        json.WriteNumber("header_length"u8, raw.Header.Length);
        if (SflowRawHeader.TryGetLink(raw.Protocol, out _))
            return;
        json.WritePropertyName("header"u8);
        ElementJson.WriteHex(json, raw.Header);
    }

    private readonly ref struct FieldJson(Utf8JsonWriter json) : ISflowFieldSink
    {
        public void OnField(SflowField field, scoped SflowValue value)
        {
            if (field.Name.Length > 0)
                json.WritePropertyName(field.Name);
            switch (field.Type)
            {
                case SflowFieldType.UInt32 or SflowFieldType.UInt64:
                    ElementJson.WriteUnsigned(json, value.Number);
                    break;
                case SflowFieldType.Int32:
                    json.WriteNumberValue((long)value.Number);
                    break;
                case SflowFieldType.Float when float.IsFinite(value.Float):
                    json.WriteNumberValue(value.Float);
                    break;
                case SflowFieldType.IPv4 or SflowFieldType.IPv6:
                case SflowFieldType.Address when value.HasAddress:
                    ElementJson.WriteAddress(json, value.Address);
                    break;
                case SflowFieldType.Mac:
                    ElementJson.WriteMac(json, value.Bytes);
                    break;
                case SflowFieldType.String:
                    ElementJson.WriteText(json, value.Bytes);
                    break;
                case SflowFieldType.Opaque or SflowFieldType.Opaque4 or SflowFieldType.Opaque16:
                    ElementJson.WriteHex(json, value.Bytes);
                    break;
                default:
                    json.WriteNullValue();
                    break;
            }
        }

        public void OnArrayBegin(SflowField field, int count) => json.WriteStartArray(field.Name);

        public void OnElementBegin(SflowField field)
        {
            if (!field.IsPlainArray)
                json.WriteStartObject();
        }

        public void OnElementEnd(SflowField field)
        {
            if (!field.IsPlainArray)
                json.WriteEndObject();
        }

        public void OnArrayEnd(SflowField field) => json.WriteEndArray();
    }
}
