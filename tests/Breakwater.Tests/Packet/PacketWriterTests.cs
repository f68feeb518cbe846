using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>Checksums and limits of the writer; the checksums are verified by a second, slower sum.</summary>
public sealed class PacketWriterTests
{
    // RFC 9260 appendix A uses CRC32c; "123456789" gives 0xE3069283 (the CRC's published check value), sent low octet first.
    [Fact]
    public void Crc32CCheckValue_Computed_IsThePublishedOne() =>
        Assert.Equal(BinaryPrimitives.ReverseEndianness(0xE3069283u), InternetChecksum.Crc32C("123456789"u8));

    [Fact]
    public void Rfc1071Example_Summed_GivesItsSum() =>
        Assert.Equal(0xFFFF - 0xDDF2, InternetChecksum.Finish(InternetChecksum.Add(0, [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7])));

    [Theory]
    [InlineData(4, 6)]
    [InlineData(4, 17)]
    [InlineData(4, 1)]
    [InlineData(6, 6)]
    [InlineData(6, 17)]
    [InlineData(6, 58)]
    public void EveryTransport_Written_HasAChecksumThatVerifies(int version, byte protocol)
    {
        for (var payload = 0; payload < 40; payload++)
        {
            var packet = Packet(version, protocol, payload);
            Assert.True(Verifies(packet, version, protocol));
            packet[^1] ^= 0x10;
            Assert.False(Verifies(packet, version, protocol));
        }
    }

    [Fact]
    public void GreWithChecksum_Written_Verifies()
    {
        var frame = FrameBuilder.Build((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Gre(checksum: true);
            writer.Ip(FrameBuilder.V6);
            writer.Udp(1, 2);
            writer.Filler(9, 7);
        });
        Assert.Equal(0xFFFF, SlowSum(frame.AsSpan(20)));
        Assert.Equal(0xFFFF, SlowSum(frame.AsSpan(0, 20)));
    }

    [Fact]
    public void FirstFragmentOfUdp_Written_HasNoChecksum()
    {
        var frame = FrameBuilder.Build((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4 with { MoreFragments = true });
            writer.Udp(1, 2, statedLength: 3000);
            writer.Filler(32, 1);
        });
        Assert.Equal(3000, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(24)));
        Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(26)));
    }

    [Fact]
    public void BufferOfEveryLength_Written_FitsOrFails()
    {
        var whole = Packet(6, 6, 10);
        for (var length = 0; length <= whole.Length; length++)
        {
            var writer = new PacketWriter(new byte[length]);
            WritePacket(ref writer, 6, 6, 10);
            Assert.Equal(length == whole.Length, writer.TryFinish(out var written));
            Assert.Equal(length == whole.Length ? length : 0, written);
        }
    }

    [Fact]
    public void HeadersThatCannotFollow_Written_Fail()
    {
        FrameBuilder.Write[] frames =
        [
            (ref PacketWriter writer) => writer.Ip(new IpHeader(FrameBuilder.SourceV4, FrameBuilder.DestinationV6)),
            (ref PacketWriter writer) => writer.Udp(1, 2), // no IP header for the checksum
            (ref PacketWriter writer) =>
            {
                writer.Ip(FrameBuilder.V4);
                writer.Pppoe(1);
            },
            (ref PacketWriter writer) =>
            {
                writer.Ip(FrameBuilder.V4);
                writer.Filler(66_000);
            },
            (ref PacketWriter writer) =>
            {
                writer.Ethernet(1, 2);
                writer.PadToMinimum();
                writer.Ip(FrameBuilder.V4);
            },
        ];
        foreach (var write in frames)
        {
            var writer = new PacketWriter(new byte[70_000]);
            write(ref writer);
            Assert.False(writer.TryFinish(out _));
        }
    }

    private static byte[] Packet(int version, byte protocol, int payload) =>
        FrameBuilder.Build((ref PacketWriter writer) => WritePacket(ref writer, version, protocol, payload));

    private static void WritePacket(ref PacketWriter writer, int version, byte protocol, int payload)
    {
        writer.Ip(version == 4 ? FrameBuilder.V4 : FrameBuilder.V6);
        if (protocol == 6)
            writer.Tcp(new TcpHeader(1, 2) { Flags = 2, SequenceNumber = 77 });
        else if (protocol == 17)
            writer.Udp(53, 5353);
        else
            writer.Icmp(8, 0, 5);
        writer.Filler(payload, 0xA5);
    }

    private static bool Verifies(byte[] packet, int version, byte protocol)
    {
        var header = version == 4 ? 20 : 40;
        var transport = packet.AsSpan(header);
        if (version == 4 && SlowSum(packet.AsSpan(0, 20)) != 0xFFFF)
            return false;
        if (protocol == 1)
            return SlowSum(transport) == 0xFFFF;
        byte[] pseudo =
        [
            .. packet.AsSpan(version == 4 ? 12 : 8, version == 4 ? 8 : 32),
            (byte)(transport.Length >> 8), (byte)transport.Length, 0, protocol,
        ];
        return SlowSum([.. pseudo, .. transport]) == 0xFFFF;
    }

    /// <summary>The one's complement sum, word by word as RFC 1071 §1 describes it.</summary>
    private static int SlowSum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            sum += index % 2 == 0 ? bytes[index] << 8 : bytes[index];
            if (sum > 0xFFFF)
                sum -= 0xFFFF;
        }

        return sum;
    }
}
