using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>What the first payload octets say, by packets written by hand from the standards.</summary>
public sealed class ApplicationPeekTests
{
    // RFC 1035 §4.1: id, flags, counts, then www.example.com A IN
    private const string Question = "1234 0100 0001 0000 0000 0000 03777777 07657861 6D706C65 03636F6D 00 0001 0001";

    private const string Answer = "1234 8180 0001 0000 0000 0000 03777777 07657861 6D706C65 03636F6D 00 0001 0001";

    public static TheoryData<ApplicationSign, bool, ushort, ushort, byte[], int> Signs()
    {
        var data = new TheoryData<ApplicationSign, bool, ushort, ushort, byte[], int>();
        foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE" })
            data.Add(ApplicationSign.HttpRequest, true, 40000, 8080, Text(method + " /a HTTP/1.1\r\nHost: a.example\r\n"), method.Length + 1);
        data.Add(ApplicationSign.HttpRequest, true, 40000, 80, Text("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n"), 9);
        data.Add(ApplicationSign.HttpResponse, true, 80, 40000, Text("HTTP/1.1 200 OK\r\nServer: something\r\n"), 7);
        data.Add(ApplicationSign.SipRequest, true, 5060, 5060, Text("OPTIONS sip:a@b.example SIP/2.0\r\n"), 12);
        data.Add(ApplicationSign.SipRequest, false, 5060, 5060, Text("INVITE SIPS:a@b.example SIP/2.0\r\n"), 12);
        data.Add(ApplicationSign.SipResponse, false, 5060, 5060, Text("SIP/2.0 100 Trying\r\nVia: x\r\n"), 8);
        data.Add(ApplicationSign.SsdpSearch, false, 50000, 1900, Text("M-SEARCH * HTTP/1.1\r\nHOST: x\r\n"), 18);
        data.Add(ApplicationSign.SsdpResponse, false, 1900, 443, Text("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n"), 7);
        data.Add(ApplicationSign.TlsClientHello, true, 40000, 443, Hello("www.example.com"), 6);
        data.Add(ApplicationSign.DnsQuery, false, 40000, 53, Hex(Question), 12);
        data.Add(ApplicationSign.DnsResponse, false, 53, 123, Hex(Answer), 12);
        data.Add(ApplicationSign.DnsQuery, false, 5353, 5353, Hex(Question), 12);
        data.Add(ApplicationSign.QuicInitial, false, 40000, 443, Hex("C3 00000001 08 0001020304050607 00 00 4496"), 6);
        data.Add(ApplicationSign.QuicInitial, false, 40000, 443, Hex("D3 6B3343CF 08 0001020304050607 00 00 4496"), 6);
        data.Add(ApplicationSign.QuicInitial, false, 40000, 443, Hex("C3 FF00001D 08 0001020304050607 00 00 4496"), 6);
        data.Add(ApplicationSign.NtpClient, false, 40000, 123, [0x23, .. new byte[47]], 1);
        data.Add(ApplicationSign.NtpServer, false, 123, 53, [0x24, .. new byte[47]], 12); // DNS is asked first, and needs its header
        data.Add(ApplicationSign.NtpMode6, false, 40000, 123, Hex("16 02 0001 0000 0000 0000 0000"), 12);
        data.Add(ApplicationSign.NtpMode7, false, 40000, 123, Hex("17 00 03 2A 0000 0000"), 3);
        data.Add(ApplicationSign.DhcpRequest, false, 68, 67, [1, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 53, 1, 1], 240);
        data.Add(ApplicationSign.DhcpReply, false, 67, 68, [2, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 53, 1, 2], 240);
        data.Add(ApplicationSign.MemcachedResponse, false, 11211, 80, [0, 1, 0, 0, 0, 2, 0, 0, .. Text("VALUE a 0 5\r\n")], 14);
        data.Add(ApplicationSign.MemcachedResponse, false, 11211, 80, [0, 1, 0, 1, 0, 2, 0, 0, .. new byte[40]], 8);
        return data;
    }

    /// <summary>Cut anywhere, a payload is what it is, or unknown: never "nothing", and never something else.</summary>
    [Theory]
    [MemberData(nameof(Signs))]
    public void Payload_CutAtEveryLength_IsRecognisedOrUnknown(
        ApplicationSign expected, bool isTcp, ushort source, ushort destination, byte[] payload, int decidedBytes)
    {
        foreach (var ip in new[] { FrameBuilder.V4, FrameBuilder.V6 })
        {
            var frame = Frame(ip, isTcp, source, destination, payload);
            var start = frame.Length - payload.Length;
            for (var length = 0; length <= payload.Length; length++)
            {
                var flow = FrameBuilder.Flow(frame, start + length, DecodeError.None);
                Assert.Equal((length >= decidedBytes, length >= decidedBytes ? expected : 0), (flow.Knows(FlowFields.Application), flow.Application));
                var general = new FlowRecord { Bytes = (ulong)frame.Length, Packets = 1 };
                PacketFlow.ReadAny(frame.AsSpan(0, start + length), frame.Length, LinkType.Ethernet, ref general);
                Assert.Equal((flow.Known, flow.Application), (general.Known, general.Application));
                Assert.Equal((flow.ApplicationResource, flow.ApplicationVariant), (general.ApplicationResource, general.ApplicationVariant));
            }

            if (start < 60)
                continue;
            var before = FrameBuilder.Flow(frame, start - 1, DecodeError.Truncated);
            Assert.False(before.Knows(FlowFields.Application));
        }
    }

    [Theory]
    [InlineData(true, 40000, 80, "474554")] // GET without a space, and at its end
    [InlineData(true, 40000, 80, "4745542F 20202020 20202020 20202020 20202020 20202020")]
    [InlineData(true, 40000, 80, "67657420 2F20")] // methods are case-sensitive (RFC 9110 §9.1)
    [InlineData(true, 554, 554, "4F505449 4F4E5320 72747370 3A2F2F61 20525453 502F312E 300D0A")] // OPTIONS rtsp:
    [InlineData(true, 40000, 443, "16 0303 0020 02 00001C 0303")] // ServerHello
    [InlineData(true, 40000, 443, "16 0503 0020 01 00001C 0303")]
    [InlineData(false, 40000, 53, "1234 0100 0009 0000 0000 0000 00 0001 0001")] // nine questions do not fit
    [InlineData(false, 40000, 53, "0000 0000 0000 0000 0000 0000")]
    [InlineData(false, 40000, 53, "1234 7900 0001 0000 0000 0000 00 0001 0001")] // opcode 15
    [InlineData(false, 40000, 54, Question)]
    [InlineData(false, 40000, 123, "2300")] // shorter than a client's message
    [InlineData(false, 40000, 123, "17 00 77 2A 0000 0000")]
    [InlineData(false, 40000, 123, "16 02 0001 0000 0000 0000 0001")]
    [InlineData(false, 40000, 443, "C3 00000000 08 0001020304050607")] // version negotiation
    [InlineData(false, 40000, 443, "D3 00000001 08 0001020304050607")] // 0-RTT of version 1
    [InlineData(false, 40000, 443, "C3 00000001 15 0001020304050607")]
    [InlineData(false, 11211, 443, "0001 0000 0000 0000 56414C554520")]
    [InlineData(true, 40000, 80, "")]
    [InlineData(false, 40000, 80, "")]
    public void OtherPayload_Read_IsKnownToBeNothing(bool isTcp, int source, int destination, string payload)
    {
        var flow = Read(isTcp, (ushort)source, (ushort)destination, Hex(payload));
        Assert.True(flow.Knows(FlowFields.Application));
        Assert.Equal((ApplicationSign.None, 0UL, 0UL), (flow.Application, flow.ApplicationResource, flow.ApplicationVariant));
    }

    [Fact]
    public void HttpRequests_Read_ShareTheResourceAndDifferInTheVariant()
    {
        var (first, second, plain, other) = (Http("GET /a?x=1 HTTP/1.1"), Http("GET /a?x=2 HTTP/1.1"), Http("GET /a HTTP/1.1"), Http("POST /a HTTP/1.1"));
        Assert.NotEqual(0UL, first.ApplicationResource);
        Assert.Equal((first.ApplicationResource, first.ApplicationResource), (second.ApplicationResource, plain.ApplicationResource));
        Assert.NotEqual(first.ApplicationResource, other.ApplicationResource);
        Assert.NotEqual(first.ApplicationVariant, second.ApplicationVariant);
        Assert.NotEqual(0UL, first.ApplicationVariant);
        Assert.Equal(0UL, plain.ApplicationVariant);
        Assert.Equal(0UL, Http("GET /a/long/path/that/goes/on").ApplicationResource); // its end is not here
        Assert.Equal(0UL, Http($"GET /{new string('a', TextSigns.MaxTargetBytes)} HTTP/1.1").ApplicationResource);
    }

    [Fact]
    public void DnsQuestions_Read_ShareTheParentWhateverTheCase()
    {
        var first = Read(false, 40000, 53, Dns(1, "www", "EXAMPLE", "com"));
        var second = Read(false, 40000, 53, Dns(1, "x7f3", "example", "COM"));
        var same = Read(false, 53, 40000, Dns(1, "WwW", "example", "com"));
        var ofType = Read(false, 40000, 53, Dns(28, "www", "example", "com"));
        Assert.Equal((first.ApplicationResource, first.ApplicationResource), (second.ApplicationResource, ofType.ApplicationResource));
        Assert.NotEqual(first.ApplicationVariant, second.ApplicationVariant);
        Assert.NotEqual(first.ApplicationVariant, ofType.ApplicationVariant);
        Assert.Equal((first.ApplicationResource, first.ApplicationVariant), (same.ApplicationResource, same.ApplicationVariant));
        Assert.NotEqual(0UL, Read(false, 40000, 53, Dns(255)).ApplicationVariant); // the root
        Assert.NotEqual(first.ApplicationResource, Read(false, 40000, 53, Dns(1, "www", "example", "org")).ApplicationResource);
    }

    [Theory]
    [InlineData("C00C 0001 0001")] // a pointer
    [InlineData("03777777 C00C 0001 0001")]
    [InlineData("40 00 0001 0001 00000000")] // 01 in front of a label: never assigned
    [InlineData("3F777777 00 0001 0001")] // a label beyond the end
    public void DnsQuestionWithoutAName_Read_IsDnsAndNameless(string question)
    {
        var flow = Read(false, 40000, 53, Hex("1234 0100 0001 0000 0000 0000" + question));
        Assert.Equal((ApplicationSign.DnsQuery, 0UL, 0UL), (flow.Application, flow.ApplicationResource, flow.ApplicationVariant));
    }

    [Fact]
    public void DnsName_Of255Octets_IsReadAndOneMoreIsNot()
    {
        var label = new string('a', 63);
        Assert.NotEqual(0UL, Read(false, 40000, 53, Dns(1, label, label, label, new string('b', 61))).ApplicationVariant);
        Assert.Equal(0UL, Read(false, 40000, 53, Dns(1, label, label, label, new string('b', 62))).ApplicationVariant);
    }

    [Fact]
    public void ClientHello_Read_HasTheServerNameWhateverTheCase()
    {
        var flow = Read(true, 40000, 443, Hello("www.example.com"));
        Assert.NotEqual(0UL, flow.ApplicationResource);
        Assert.Equal(flow.ApplicationResource, Read(true, 40000, 443, Hello("WWW.example.COM")).ApplicationResource);
        Assert.NotEqual(flow.ApplicationResource, Read(true, 40000, 443, Hello("www.example.org")).ApplicationResource);
        Assert.Equal(0UL, Read(true, 40000, 443, Hello("www.example.com")[..^1]).ApplicationResource);
    }

    [Fact]
    public void Padding_Read_IsNotPayload()
    {
        var frame = Frame(FrameBuilder.V4, false, 40000, 9, []);
        byte[] padded = [.. frame, .. Text("M-SEARCH * HTTP/1.1\r\n")];
        var flow = FrameBuilder.Flow(padded, padded.Length, DecodeError.None);
        Assert.Equal((true, ApplicationSign.None), (flow.Knows(FlowFields.Application), flow.Application));
        Assert.Equal(ApplicationSign.SsdpSearch, Read(false, 40000, 9, Text("M-SEARCH * HTTP/1.1\r\n")).Application); // the twin
    }

    [Fact]
    public void Fragments_Read_OnlyTheFirstIsLookedAt()
    {
        var first = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4 with { MoreFragments = true });
            writer.Udp(53, 40000, 1480);
            writer.Payload(Hex(Answer));
        });
        Assert.Equal(ApplicationSign.DnsResponse, FrameBuilder.Flow(first, first.Length, DecodeError.None).Application);
        var later = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4 with { FragmentOffset = 1, Protocol = 6 });
            writer.Payload(Text("GET / HTTP/1.1\r\n and more than a header"));
        });
        var flow = FrameBuilder.Flow(later, later.Length, DecodeError.None);
        Assert.Equal((false, ApplicationSign.None), (flow.Knows(FlowFields.Application), flow.Application));
    }

    /// <summary>Whatever the payload, the members of the headers stay as they are for a payload of zeros.</summary>
    [Fact]
    public void AnyPayload_Read_ChangesNoOtherMember()
    {
        var recognised = 0;
        foreach (var row in Signs())
        {
            var (_, isTcp, source, destination, payload, _) = row.Data;
            var flow = Read(isTcp, source, destination, payload);
            var zeros = Read(isTcp, source, destination, new byte[payload.Length]);
            recognised += flow.Application != zeros.Application ? 1 : 0;
            (flow.Application, flow.ApplicationResource, flow.ApplicationVariant) = default((ApplicationSign, ulong, ulong));
            (zeros.Application, zeros.ApplicationResource, zeros.ApplicationVariant) = default((ApplicationSign, ulong, ulong));
            Assert.Equal(zeros, flow);
        }

        Assert.NotEqual(0, recognised);
    }

    private static FlowRecord Http(string line) => Read(true, 40000, 80, Text(line.Contains("HTTP", StringComparison.Ordinal) ? line + "\r\n" : line));

    private static FlowRecord Read(bool isTcp, ushort source, ushort destination, byte[] payload)
    {
        var frame = Frame(FrameBuilder.V4, isTcp, source, destination, payload);
        return FrameBuilder.Flow(frame, frame.Length, DecodeError.None);
    }

    private static byte[] Frame(IpHeader ip, bool isTcp, ushort source, ushort destination, byte[] payload) => FrameBuilder.Ethernet((ref PacketWriter writer) =>
    {
        writer.Ip(ip);
        if (isTcp)
            writer.Tcp(new TcpHeader(source, destination) { Flags = 0x18 });
        else
            writer.Udp(source, destination);
        writer.Payload(payload);
    });

    private static byte[] Dns(byte type, params string[] labels) =>
    [
        .. Hex("1234 0100 0001 0000 0000 0000"), .. labels.SelectMany(label => (byte[])[(byte)label.Length, .. Text(label)]), 0, 0, type, 0, 1,
    ];

    // RFC 8446 §4.1.2 with one unknown extension, then server_name (RFC 6066 §3)
    private static byte[] Hello(string name)
    {
        byte[] extension = [0, (byte)(name.Length + 3), 0, 0, (byte)name.Length, .. Text(name)];
        byte[] extensions = [0x2A, 0x2A, 0, 0, 0, 0, 0, (byte)extension.Length, .. extension];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, (byte)extensions.Length, .. extensions];
        return [22, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
