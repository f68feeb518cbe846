using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Fuzz.Targets;

/// <summary>NetFlow v9 datagrams against one state, with the usual limits or with tight ones.</summary>
internal sealed class NetFlow9Target(string name, ExporterLimits limits) : ExportTarget(isIpfix: false, limits)
{
    public override string Name => name;

    public override PlantedBug Planted => new(FaultKind.Disagreement, "the last octet of a set with an odd length is cut off");

    public override IEnumerable<byte[]> Seeds() => [.. ExportSeeds.NetFlow9(), .. SharedSeeds.Datagrams(9).SelectMany(ExportSeeds.InGroups)];

    private protected override DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long received, ExporterState state, ref TSink sink)
    {
#if PLANTED_BUGS
        // The last set forgets an octet whenever its length is odd.
        if (datagram.Length > 24 && BinaryPrimitives.ReadUInt16BigEndian(datagram[22..]) == datagram.Length - 20 && datagram.Length % 2 == 1)
            return NetFlow9Decoder.Decode(datagram[..^1], received, state, ref sink);
#endif
        return NetFlow9Decoder.Decode(datagram, received, state, ref sink);
    }
}
