using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>Frames for single cases.</summary>
internal static class FrameBuilder
{
    public delegate void Write(ref PacketWriter writer);

    public static readonly Address SourceV4 = Address.Parse("192.0.2.1");
    public static readonly Address DestinationV4 = Address.Parse("198.51.100.7");
    public static readonly Address SourceV6 = Address.Parse("2001:db8::1");
    public static readonly Address DestinationV6 = Address.Parse("2001:db8:ffff::2");

    public static IpHeader V4 => new(SourceV4, DestinationV4);

    public static IpHeader V6 => new(SourceV6, DestinationV6);

    public static byte[] Build(Write write)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var writer = new PacketWriter(buffer);
        write(ref writer);
        Assert.True(writer.TryFinish(out var length));
        return buffer[..length].ToArray();
    }

    public static byte[] Ethernet(Write write) => Build((ref PacketWriter writer) =>
    {
        writer.Ethernet(0x020000000002, 0x020000000001);
        write(ref writer);
    });

    public static FlowRecord Flow(byte[] frame, int capturedBytes, DecodeError expected, LinkType link = LinkType.Ethernet)
    {
        FlowRecord flow = default;
        Assert.Equal(expected, PacketFlow.Read(frame.AsSpan(0, capturedBytes), frame.Length, link, ref flow));
        return flow;
    }
}
