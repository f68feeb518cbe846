using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>IPFIX messages against one state, over UDP or over a session with tight limits.</summary>
internal sealed class IpfixTarget(string name, ExporterLimits limits) : ExportTarget(isIpfix: true, limits)
{
    public override string Name => name;

    public override PlantedBug Planted => HasUsualLimits
        ? new(FaultKind.Growth, "datagrams with templates are kept for ever")
        : new(FaultKind.Allocation, "a list of the sets is made for each message");

    public override IEnumerable<byte[]> Seeds() => [.. ExportSeeds.Ipfix(), .. SharedSeeds.Datagrams(10).SelectMany(ExportSeeds.InGroups)];

#if PLANTED_BUGS
    private static readonly List<byte[]> _templates = [];
    private static int[] _sets = [];
#endif

    private protected override DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long received, ExporterState state, ref TSink sink)
    {
#if PLANTED_BUGS
        if (!HasUsualLimits)
            _sets = new int[datagram.Length / 4];
        else if (datagram.Length >= 20 && BinaryPrimitives.ReadUInt16BigEndian(datagram[16..]) == 2)
            _templates.Add(datagram.ToArray());
#endif
        return IpfixDecoder.Decode(datagram, received, state, ref sink);
    }
}
