using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Fuzz.Targets;

/// <summary>The structures of sFlow's records, walked field by field by their descriptions.</summary>
internal sealed class SflowStructureTarget : SflowInputs
{
    public override string Name => "sflow-structures";

    public override PlantedBug Planted => new(FaultKind.Exception, "the length of a string is believed");

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var signature = default(Signature);
        var read = 0;
        foreach (var sample in NaiveSflow.Read(input.ToArray())?.Samples ?? [])
        {
            foreach (var record in sample.Records)
            {
                if (One(sample.Tag is 2 or 4, record, ref signature))
                    read++;
            }
        }

        return new Outcome(signature.Value, read > 0);
    }

    private static bool One(bool isCounter, NaiveSflowRecord record, ref Signature signature)
    {
        var structure = SflowStructure.Find(isCounter ? SflowRecordKind.Counter : SflowRecordKind.Flow, new SflowTag(record.Tag));
        if (structure is null)
            return false;
        var values = new Values { List = [] };
        var error = structure.Read(record.Body, ref values);
#if PLANTED_BUGS
        if (!isCounter && record.Tag == 1004 && record.Body.Length >= 8)
            _ = record.Body[8 + (int)NaivePcap.Big32(record.Body, 4) - 1];
#endif
        signature.Add(record.Tag | ((ulong)error << 32));
        signature.AddCount(values.List.Count);
        FuzzFault.Holds(error != DecodeError.None || values.Depth == 0, "an array or element was not ended");
        FuzzFault.Holds(values.List.Count <= record.Body.Length + 64, $"{values.List.Count} values from {record.Body.Length} octets");
        if (NaiveXdr.Knows(isCounter, record.Tag))
        {
            var expected = NaiveXdr.Read(isCounter, record.Tag, record.Body);
            FuzzFault.Same($"structure {record.Tag} is whole", error == DecodeError.None, expected is not null);
            if (expected is not null)
                FuzzFault.Same($"values of structure {record.Tag}", string.Join(' ', values.List), string.Join(' ', expected));
        }

        return true;
    }

    private struct Values : ISflowFieldSink
    {
        public List<string> List;
        public int Depth;

        public readonly void OnField(SflowField field, scoped SflowValue value) => List.Add(field.Type switch
        {
            SflowFieldType.Address => value.HasAddress ? value.Address.ToString() : "-",
            SflowFieldType.IPv4 or SflowFieldType.IPv6 => value.Address.ToString(),
            SflowFieldType.Mac or SflowFieldType.String or SflowFieldType.Opaque or SflowFieldType.Opaque4 or SflowFieldType.Opaque16 =>
                Convert.ToHexString(value.Bytes),
            _ => $"{value.Number}",
        });

        public void OnArrayBegin(SflowField field, int count) => Depth++;

        public void OnElementBegin(SflowField field) => Depth++;

        public void OnElementEnd(SflowField field) => Depth--;

        public void OnArrayEnd(SflowField field) => Depth--;
    }
}
