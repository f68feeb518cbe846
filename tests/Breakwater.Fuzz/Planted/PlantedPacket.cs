using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Planted;

/// <summary>The packet dissector; with PLANTED_BUGS a missing bounds check in front of it.</summary>
internal static class PlantedPacket
{
    public static DecodeError Dissect<TSink>(ReadOnlySpan<byte> frame, LinkType link, ref TSink sink)
        where TSink : struct, IPacketSink, allows ref struct
    {
#if PLANTED_BUGS
        SkipOptions(frame);
#endif
        return PacketDissector.Dissect(frame, link, ref sink);
    }

#if PLANTED_BUGS
    // Looks for an IPv4 header with options, and reads the octet behind them as if it had to be there.
    private static byte SkipOptions(ReadOnlySpan<byte> frame)
    {
        var at = 0;
        while (at + 20 <= frame.Length && !(frame[at] is > 0x45 and <= 0x4F && BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]) > 20))
            at++;
        return at + 20 <= frame.Length ? frame[at + ((frame[at] & 15) * 4) - 1] : (byte)0;
    }
#endif
}

/// <summary>Packets as flow records; with PLANTED_BUGS IPv4 options are forgotten.</summary>
internal static class PlantedPacketFlow
{
    public static DecodeError Read(ReadOnlySpan<byte> frame, int originalLengthBytes, LinkType link, ref FlowRecord flow)
    {
        var error = PacketFlow.Read(frame, originalLengthBytes, link, ref flow);
#if PLANTED_BUGS
        if (link == LinkType.Raw && frame.Length >= 24 && frame[0] is > 0x45 and <= 0x4F && flow.Knows(FlowFields.SourcePort))
            flow.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(frame[20..]);
#endif
        return error;
    }
}
