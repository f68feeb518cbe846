using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Fuzz.Targets;

/// <summary>The persisted state of an exporter: whatever the bytes, what was taken over is within the limits and survives another round unchanged.</summary>
internal sealed class StateImportTarget : FuzzTarget
{
    private static readonly ExporterLimits _limits = new() { MaxTemplates = 12, MaxSamplers = 6, MaxFieldsPerTemplate = 64, MaxTemplateFields = 200 };

    public override string Name => "state-import";

    public override PlantedBug Planted => new(FaultKind.Allocation, "room for the announced number of templates is made at once");

    public override byte[][] Tokens => [[0x42, 0x57, 0x45, 0x31], [9, 0, 1, 0], [10, 0, 1, 0], [10, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0], [9, 1], [0xFF, 0xFF]];

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (var sequence in ExportSeeds.NetFlow9())
            yield return Exported(sequence, isIpfix: false);
        foreach (var sequence in ExportSeeds.Ipfix().Concat(SharedSeeds.Datagrams(10).SelectMany(ExportSeeds.InGroups)))
            yield return Exported(sequence, isIpfix: true);
    }

    private static byte[] Exported(ReadOnlySpan<byte> sequence, bool isIpfix)
    {
        var state = new ExporterState();
        var sink = new FlowExtractor<NoFlows>(default);
        while (DatagramSequence.TryNext(ref sequence, out var part))
        {
            var datagram = part.ToArray();
            if (isIpfix)
                IpfixDecoder.Decode(datagram, 1, state, ref sink);
            else
                NetFlow9Decoder.Decode(datagram, 1, state, ref sink);
        }

        return state.Export();
    }

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var state = new ExporterState(_limits);
        var meter = AllocationMeter.Start();
        var error = Import(state, input);
        var allocated = meter.Bytes;

        // Objects for a template that takes 24 octets in the file are a few hundred bytes; tables grow by doubling.
        if (allocated > 64_000 + (60L * input.Length))
            throw new FuzzFault(FaultKind.Allocation, $"{allocated:N0} bytes allocated for {input.Length} octets");
        FuzzFault.Holds(state.TemplateCount <= _limits.MaxTemplates, $"{state.TemplateCount} templates");
        var first = state.Export();
        var again = new ExporterState(_limits);
        FuzzFault.Same("importing what was exported", again.TryImport(first), DecodeError.None);
        FuzzFault.Holds(first.AsSpan().SequenceEqual(again.Export()), "a second round gives other bytes");
        var signature = default(Signature);
        signature.Add((ulong)error);
        signature.AddCount(state.TemplateCount);
        signature.AddCount(first.Length);
        return new Outcome(signature.Value, state.TemplateCount > 0);
    }

    private static DecodeError Import(ExporterState state, ReadOnlySpan<byte> input)
    {
#if PLANTED_BUGS
        if (input.Length >= 8)
            _ = new long[Math.Min(BinaryPrimitives.ReadUInt32BigEndian(input[4..]), 1_000_000)];
#endif
        return state.TryImport(input);
    }
}
