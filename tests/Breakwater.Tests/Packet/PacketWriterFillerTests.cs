using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

public sealed class PacketWriterFillerTests
{
    [Fact]
    public void Filler_IsZeroUnlessAsked()
    {
        Span<byte> buffer = stackalloc byte[64];
        buffer.Fill(0xEE);
        var frame = new PacketWriter(buffer);
        frame.Ethernet(0x0200_0000_0001, 0x0200_0000_0002, 0x88B5); // IEEE 802 local experimental EtherType
        frame.Filler(3);
        frame.Filler(2, 7);
        Assert.True(frame.TryFinish(out var length));
        Assert.Equal(19, length);
        Assert.Equal<byte>([0, 0, 0, 7, 7], buffer[14..19].ToArray());
    }
}
