using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Fuzz.Targets;

/// <summary>Whole BGP messages of one peer: header, then the body by its type.</summary>
internal sealed class BgpTarget : FuzzTarget
{
    public override string Name => "bgp";

    public override PlantedBug Planted => new(FaultKind.Exception, "the length of an attribute is believed");

    public override int CapacityBytes => BgpHeader.LongestMessageBytes;

    public override byte[][] Tokens =>
    [
        [0, 1, 1], [0, 2, 1], [0, 1, 133], [0, 2, 133], [0x40, 1, 1, 0], [0x40, 2, 0], [0x80, 14], [0x80, 15], [0x90, 14], [0xC0, 8, 4], [0xC0, 16, 8],
        [1, 32], [2, 24], [3, 0x81, 17], [0x91, 0x1F, 0x90], [12, 0x81, 2], [0xF0, 0xF0], [1, 128, 64], [0xFF, 0xFF], [2, 6, 1, 4], [64, 6], [65, 4],
    ];

    public override void Repair(Span<byte> datagram)
    {
        if (datagram.Length < BgpHeader.HeaderBytes)
            return;
        datagram[..16].Fill(0xFF);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[16..], (ushort)Math.Min(datagram.Length, BgpHeader.LongestMessageBytes));
        datagram[18] = (byte)(1 + (datagram[18] % 5));
    }

    public override IEnumerable<byte[]> Seeds() => BgpSeeds.Messages();

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var signature = default(Signature);
        var message = input.ToArray();
        var error = BgpHeader.Read(message, out var header);
        signature.Add((ulong)error | ((ulong)header.Type << 8));
        if (error != DecodeError.None || header.LengthBytes > message.Length)
            return new Outcome(signature.Value, false);
        var body = message[BgpHeader.HeaderBytes..header.LengthBytes];
        var accepted = header.Type switch
        {
            BgpMessageType.Open => Open(body, ref signature),
            BgpMessageType.Update => Update(body, ref signature),
            BgpMessageType.Notification => BgpNotification.Read(body, out _) == DecodeError.None,
            BgpMessageType.RouteRefresh => BgpRouteRefresh.Read(body, out _) == DecodeError.None,
            _ => body.Length == 0,
        };
        return new Outcome(signature.Value, accepted);
    }

    // What was read is written and read again; what is not read here cannot come back.
    private static bool Open(byte[] body, ref Signature signature)
    {
        var error = BgpOpen.Read(body, out var open);
        signature.Add((ulong)error);
        if (error != DecodeError.None)
            return false;
        FuzzFault.Same("AS, hold time, identifier", (open.TwoOctetAs, open.HoldSeconds, open.Identifier),
            (BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(1)), BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(3)), BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(5))));
        var capabilities = open.Capabilities;
        signature.Add((ulong)capabilities.Families);
        signature.Add((capabilities.FourOctetAs is null ? 0UL : 1) | (capabilities.RestartSeconds is null ? 0UL : 2) | (capabilities.LongLivedRestart ? 4UL : 0));
        capabilities.Unknown = 0;
        capabilities.LongLivedRestart = false;
        capabilities.NamesFamilies = capabilities.Families != BgpFamilies.None;
        open.Capabilities = capabilities;
        var writer = new WireWriter(new byte[512]);
        FuzzFault.Holds(open.Write(ref writer), "what was read cannot be written");
        FuzzFault.Same("read again", BgpOpen.Read(writer.Written[BgpHeader.HeaderBytes..], out var again), DecodeError.None);
        FuzzFault.Same("OPEN", again, open);
        return true;
    }

    private static bool Update(byte[] body, ref Signature signature)
    {
        PlantedLength(body);
        var lines = new List<string>();
        var sink = new RouteLines(lines);
        var error = BgpUpdateDecoder.Decode(body, 4, ref sink);
        var expected = NaiveBgp.Routes(body);
        signature.Add((ulong)error);
        signature.AddCount(lines.Count);
        FuzzFault.Holds(expected is not null || error != DecodeError.None, "a broken UPDATE was read");
        if (error != DecodeError.None)
            return false;
        FuzzFault.Same("routes", string.Join('\n', lines), string.Join('\n', expected!));
        foreach (var (components, family) in sink.Rules)
            Rule(components, family, ref signature);
        AllocationMeter.ExpectNone(Allocated(body), () => Allocated(body));
        return true;
    }

    private static void Rule(byte[] components, BgpFamilies family, ref Signature signature)
    {
        var sink = default(Count);
        var error = FlowSpecDecoder.Decode(components, family, ref sink);
        var expected = NaiveBgp.Components(components, BgpFamily.IsIPv4(family));
        signature.Add((ulong)error);
        signature.Add(sink.Types);
        FuzzFault.Same("is a rule", error == DecodeError.None, expected is not null);
        if (expected is null)
            return;
        FuzzFault.Same("components", System.Numerics.BitOperations.PopCount(sink.Types), expected.Count);
        FuzzFault.Same("order of a rule and itself", FlowSpecOrder.Compare(components, components, family), 0);
    }

    private static long Allocated(byte[] body)
    {
        var sink = default(Quiet);
        var meter = AllocationMeter.Start();
        BgpUpdateDecoder.Decode(body, 4, ref sink);
        return meter.Bytes;
    }

    private static void PlantedLength(byte[] body)
    {
#if PLANTED_BUGS
        var at = 4 + BinaryPrimitives.ReadUInt16BigEndian(body);
        if (at + 3 <= body.Length && body[at] == 0x40)
            _ = body[at + 2 + body[at + 2]];
#endif
    }

    private readonly struct RouteLines(List<string> lines) : IBgpUpdateSink
    {
        public List<(byte[] Components, BgpFamilies Family)> Rules { get; } = [];

        public void OnAttribute(BgpAttributeFlags flags, BgpAttributeType type, scoped ReadOnlySpan<byte> value)
        {
        }

        public void OnOrigin(BgpOrigin origin)
        {
        }

        public void OnAsPathSegment(byte segmentType, scoped ReadOnlySpan<byte> numbers, int octetsPerAs)
        {
        }

        public void OnNextHop(Address nextHop)
        {
        }

        public void OnCommunity(uint community)
        {
        }

        public void OnExtendedCommunity(ulong community)
        {
        }

        public void OnLargeCommunity(uint administrator, uint first, uint second)
        {
        }

        public void OnPrefix(bool isWithdrawn, Address network, int length)
        {
            Span<byte> octets = stackalloc byte[16];
            network.WriteTo(octets);
            lines.Add($"{(isWithdrawn ? "gone" : "route")} {Convert.ToHexStringLower(network.IsIPv4 ? octets[12..] : octets)}/{length}");
        }

        public void OnFlowSpec(bool isWithdrawn, BgpFamilies family, scoped ReadOnlySpan<byte> components)
        {
            lines.Add($"{(isWithdrawn ? "gone" : "route")} {BgpFamily.Afi(family)} {Convert.ToHexStringLower(components)}");
            Rules.Add((components.ToArray(), family));
        }
    }

    private struct Count : IFlowSpecSink
    {
        public uint Types;

        public void OnPrefix(FlowSpecComponent type, Address network, int length, int offset) => Types |= 1u << (byte)type;

        public void OnNumeric(FlowSpecComponent type, NumericMatch match) => Types |= 1u << (byte)type;

        public void OnBitmask(FlowSpecComponent type, BitmaskMatch match) => Types |= 1u << (byte)type;
    }

    private struct Quiet : IBgpUpdateSink
    {
        private ulong _sum;

        public void OnAttribute(BgpAttributeFlags flags, BgpAttributeType type, scoped ReadOnlySpan<byte> value) => _sum += (ulong)value.Length;

        public void OnOrigin(BgpOrigin origin) => _sum++;

        public void OnAsPathSegment(byte segmentType, scoped ReadOnlySpan<byte> numbers, int octetsPerAs) => _sum++;

        public void OnNextHop(Address nextHop) => _sum++;

        public void OnCommunity(uint community) => _sum += community;

        public void OnExtendedCommunity(ulong community) => _sum += community;

        public void OnLargeCommunity(uint administrator, uint first, uint second) => _sum += administrator;

        public void OnPrefix(bool isWithdrawn, Address network, int length) => _sum += network.Low;

        public void OnFlowSpec(bool isWithdrawn, BgpFamilies family, scoped ReadOnlySpan<byte> components) => _sum += (ulong)components.Length;
    }
}
