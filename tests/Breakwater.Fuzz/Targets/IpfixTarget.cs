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

    public override PlantedBug Planted => new(FaultKind.Growth, "the domains met are remembered in a list without a limit");

    public override IEnumerable<byte[]> Seeds() => [.. ExportSeeds.Ipfix(), .. SharedSeeds.Datagrams(10).SelectMany(ExportSeeds.InGroups)];

#if PLANTED_BUGS
    private static readonly List<byte[]> _domains = [];
#endif

    private protected override DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long received, ExporterState state, ref TSink sink)
    {
#if PLANTED_BUGS
        if (datagram.Length >= 16 && BinaryPrimitives.ReadUInt16BigEndian(datagram) == 10)
            _domains.Add(datagram[12..16].ToArray());
#endif
        return IpfixDecoder.Decode(datagram, received, state, ref sink);
    }
}
