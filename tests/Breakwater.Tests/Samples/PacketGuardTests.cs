using Breakwater.Samples;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Samples;

public sealed class PacketGuardTests
{
    private const ulong LocalMac = 0x02_00_00_00_00_01;

    [Theory]
    [InlineData("198.18.0.1", "203.0.113.10")]
    [InlineData("198.19.255.255", "192.0.2.0")]
    [InlineData("198.51.100.7", "203.0.113.255")]
    [InlineData("2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void DocumentationAddresses_Pass(string source, string destination) =>
        Assert.Null(PacketGuard.Refusal(Frame(source, destination)));

    [Theory]
    [InlineData("8.8.8.8", "203.0.113.10", "its source 8.8.8.8 is no documentation address")]
    [InlineData("203.0.113.10", "8.8.8.8", "its destination 8.8.8.8 is no documentation address")]
    [InlineData("10.0.0.1", "203.0.113.10", "its source 10.0.0.1 is no documentation address")]
    [InlineData("198.20.0.0", "203.0.113.10", "its source 198.20.0.0 is no documentation address")]
    [InlineData("198.17.255.255", "203.0.113.10", "its source 198.17.255.255 is no documentation address")]
    [InlineData("203.0.113.10", "192.0.3.0", "its destination 192.0.3.0 is no documentation address")]
    [InlineData("203.0.113.10", "255.255.255.255", "its destination 255.255.255.255 is no documentation address")]
    [InlineData("2001:db9::1", "2001:db8::1", "its source 2001:db9::1 is no documentation address")]
    [InlineData("2001:db8::1", "ff02::1", "its destination ff02::1 is no documentation address")]
    public void OtherAddresses_AreRefused(string source, string destination, string reason)
    {
        var frame = Frame(source, destination);
        Assert.Equal(reason, PacketGuard.Refusal(frame));
        var thrown = Assert.Throws<UnsafePacketException>(() => PacketGuard.Check(frame));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CaptureFile_ForeignFrame_IsNotWritten(bool pcapng)
    {
        var content = new MemoryStream();
        var capture = new CaptureFile(content, pcapng);
        var header = content.Length;
        Assert.Throws<UnsafePacketException>(() => capture.Write(Frame("198.18.0.1", "8.8.8.8"), 0));
        Assert.Equal(header, content.Length);
        capture.Write(Frame("198.18.0.1", "203.0.113.10"), 0);
        Assert.True(content.Length > header);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(64)]
    public void HopLimitOtherThanOne_IsRefused(byte timeToLive) =>
        Assert.Equal($"its hop limit is {timeToLive}", PacketGuard.Refusal(Frame("198.18.0.1", "203.0.113.10", timeToLive)));

    [Theory]
    [InlineData(0x00_00_5E_00_53_01UL)] // universally administered
    [InlineData(0x03_00_00_00_00_01UL)] // a group address
    [InlineData(0xFF_FF_FF_FF_FF_FFUL)]
    public void OtherMacs_AreRefused(ulong mac)
    {
        Assert.NotNull(PacketGuard.Refusal(Frame("198.18.0.1", "203.0.113.10", destinationMac: mac)));
        Assert.NotNull(PacketGuard.Refusal(Frame("198.18.0.1", "203.0.113.10", sourceMac: mac)));
    }

    [Theory]
    [InlineData("198.18.0.1", 1, true)]
    [InlineData("8.8.8.8", 1, false)]
    [InlineData("198.18.0.1", 64, false)]
    public void InnerHeader_IsHeldToTheSameRules(string inner, byte timeToLive, bool passes)
    {
        var buffer = new byte[200];
        var writer = new PacketWriter(buffer);
        writer.Ethernet(LocalMac, LocalMac);
        writer.Ip(new IpHeader(Address.Parse("198.18.0.1"), Address.Parse("203.0.113.10")) { TimeToLive = 1 });
        writer.Gre();
        writer.Ip(new IpHeader(Address.Parse(inner), Address.Parse("203.0.113.10")) { TimeToLive = timeToLive });
        writer.Udp(1, 2);
        Assert.True(writer.TryFinish(out var length));
        Assert.Equal(passes, PacketGuard.Refusal(buffer.AsSpan(0, length)) is null);
    }

    [Fact]
    public void FrameWithoutIp_IsRefused()
    {
        var frame = Frame("198.18.0.1", "203.0.113.10");
        (frame[12], frame[13]) = (0x08, 0x06); // ARP
        Assert.Equal("it holds no IP header", PacketGuard.Refusal(frame));
    }

    [Fact]
    public void ForeignFrame_CutAnywhere_IsRefused()
    {
        var frame = Frame("8.8.8.8", "203.0.113.10");
        for (var length = 0; length <= frame.Length; length++)
            Assert.NotNull(PacketGuard.Refusal(frame.AsSpan(0, length)));
    }

    private static byte[] Frame(
        string source, string destination, byte timeToLive = 1, ulong destinationMac = LocalMac, ulong sourceMac = LocalMac)
    {
        var buffer = new byte[200];
        var writer = new PacketWriter(buffer);
        writer.Ethernet(destinationMac, sourceMac);
        writer.Ip(new IpHeader(Address.Parse(source), Address.Parse(destination)) { TimeToLive = timeToLive });
        writer.Udp(1000, 2000);
        writer.Filler(10, 0x5A);
        writer.PadToMinimum();
        Assert.True(writer.TryFinish(out var length));
        return buffer[..length];
    }
}
