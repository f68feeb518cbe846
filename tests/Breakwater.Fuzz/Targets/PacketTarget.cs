using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Planted;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Targets;

/// <summary>The packet dissector on frames of one link type: every layer lies within the frame, the outermost IP header is the slow reader's.</summary>
internal sealed class PacketTarget(LinkType link) : FuzzTarget
{
    public override string Name { get; } = $"packet-{link.ToString().ToLowerInvariant()}";

    public override PlantedBug Planted => new(FaultKind.Exception, "the length of IPv4 options is believed without looking whether they were captured");

    public override int CapacityBytes => 512;

    public override byte[][] Tokens => PacketTokens.All;

    public override IEnumerable<byte[]> Seeds() => [.. PacketSeeds.For(link), .. SharedSeeds.Frames((uint)link, CapacityBytes)];

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var meter = AllocationMeter.Start();
        var sink = new Sink { FrameLength = input.Length };
        var error = PlantedPacket.Dissect(input, link, ref sink);
        var bytes = meter.Bytes;
        if (bytes != 0)
        {
            var again = input.ToArray();
            AllocationMeter.ExpectNone(bytes, () => Allocated(again));
        }

        sink.Check();
        PacketAgreement.Check(sink, NaivePacket.Read(input.ToArray(), (int)link));
        var signature = sink.Signature;
        signature.Add((ulong)error);
        return new Outcome(signature.Value, sink.IpLayers > 0);
    }

    private long Allocated(byte[] frame)
    {
        var sink = new Sink { FrameLength = frame.Length };
        var meter = AllocationMeter.Start();
        PlantedPacket.Dissect(frame, link, ref sink);
        return meter.Bytes;
    }

    /// <summary>Keeps the outermost IP layer and notes what cannot be.</summary>
    internal struct Sink : IPacketSink
    {
        public int FrameLength;
        public int IpLayers;
        public int LinkLayers;
        public IpLayer Outermost;
        public ushort OutermostVlan;
        public bool HasVlan;
        public Signature Signature;
        private string? _fault;

        public void OnLink(in LinkLayer layer)
        {
            LinkLayers++;
            Signature.Add(((ulong)layer.Known << 32) | ((ulong)layer.Tunnel << 24) | ((ulong)Math.Min(layer.VlanCount, (byte)5) << 16) | Math.Min(layer.MplsCount, (byte)9));
            Signature.Add(layer.EtherType);
            if (layer.Depth == 0 && layer.VlanCount > 0)
                (HasVlan, OutermostVlan) = (true, layer.VlanId(0));
            if (layer.Depth != IpLayers)
                _fault ??= $"a link layer of depth {layer.Depth} after {IpLayers} IP headers";
            if (LinkLayers > (PacketDissector.MaxIpLayers + 1) * PacketDissector.MaxLinkHeaders)
                _fault ??= "more link layers than the limits allow";
        }

        public bool OnIp(in IpLayer layer)
        {
            if (IpLayers++ == 0)
                Outermost = layer;
            Signature.Add(((ulong)layer.Known << 32) | ((ulong)layer.Tunnel << 24) | ((ulong)layer.Version << 16) | ((ulong)layer.Extensions << 8) | layer.Protocol);
            if (layer.Depth != IpLayers - 1)
                _fault ??= $"IP header {IpLayers} has depth {layer.Depth}";
            if (IpLayers > PacketDissector.MaxIpLayers)
                _fault ??= "more IP headers than the limit";
            if (layer.Offset < 0 || layer.HeaderLength < 20 || layer.Offset + 20 > FrameLength)
                _fault ??= $"an IP header at {layer.Offset} of {FrameLength} bytes";
            if (layer.PayloadOffset < 0 || layer.PayloadLength < 0 || layer.PayloadOffset + layer.PayloadLength > FrameLength)
                _fault ??= $"a payload at {layer.PayloadOffset}, {layer.PayloadLength} long, of {FrameLength} bytes";
            return true;
        }

        public readonly void Check()
        {
            if (_fault is not null)
                throw new FuzzFault(FaultKind.Disagreement, _fault);
        }
    }
}
