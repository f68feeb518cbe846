using System.Text;
using System.Text.Json;
using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry;

/// <summary>Which frames of a capture are telemetry: what hides as such must stay a packet.</summary>
public sealed class CaptureTelemetryTests
{
    private const ushort Fin = 0x11;
    private const ushort Syn = 0x02;
    private const ushort SynAcknowledgement = 0x12;

    [Fact]
    public void Tcp_ConnectionOfClientPort4739_IsPackets()
    {
        using var capture = new CaptureFile();
        capture.Tcp(999, [], SynAcknowledgement);
        for (var index = 0u; index < 10; index++)
            capture.Tcp(1000 + (index * 5), [0x17, 3, 3, 0, 0]);
        capture.Tcp(5, [], Syn, sourcePort: 50_001);
        capture.Tcp(6, "GET / HTTP/1.1"u8, sourcePort: 50_001);

        Assert.Equal((13, 0), Count(capture, out _));
    }

    [Fact]
    public void Tcp_JunkBehindOneMessageHeader_IsPackets()
    {
        using var capture = new CaptureFile();
        var message = ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet());
        message[17] = 7; // a reserved set
        capture.Tcp(999, [], Syn);
        for (var index = 0; index < 10; index++)
            capture.Tcp((uint)(1000 + (index * message.Length)), message);

        Assert.Equal((11, 0), Count(capture, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    public void Tcp_MissingSegment_LosesOnlyItsOwnMessages(int missing)
    {
        using var capture = new CaptureFile();
        var sequence = uint.MaxValue - 1000; // the sequence number wraps
        capture.Tcp(sequence - 1, [], Syn);
        for (var index = -1; index < 100; index++)
        {
            var message = index < 0
                ? ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet())
                : ExportSamples.Ipfix((uint)index, ExportSamples.DataSet((uint)index, 1));
            if (index < 0 || index != missing)
                capture.Tcp(sequence, message);
            sequence += (uint)message.Length;
        }

        Assert.Equal((1, 99), Count(capture, out var summary));
        Assert.Equal(1, Assert.Single(summary.Exporters).Gaps);
    }

    [Fact]
    public void Tcp_MessagesAcrossSegmentsWithOneMissing_AreFoundAgain()
    {
        using var capture = new CaptureFile();
        byte[] stream = [.. ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()),
            .. Enumerable.Range(0, 200).SelectMany(static index => ExportSamples.Ipfix((uint)index, ExportSamples.DataSet((uint)index, 1)))];
        capture.Tcp(999, [], Syn);
        for (var at = 0; at < stream.Length; at += 100)
        {
            if (at != 3000)
                capture.Tcp((uint)(1000 + at), stream.AsSpan(at, Math.Min(100, stream.Length - at)));
        }

        var (packets, flows) = Count(capture, out var summary);
        Assert.Equal(1, packets);
        Assert.InRange(flows, 195, 198); // 100 octets touch at most 4 messages of 36
        Assert.Equal(1, Assert.Single(summary.Exporters).Gaps);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Tcp_NewSynOnSamePorts_ForgetsTemplates(bool isNewSession, int expected)
    {
        using var capture = new CaptureFile();
        var template = ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet());
        capture.Tcp(999, [], Syn);
        capture.Tcp(1000, template);
        var next = (uint)(1000 + template.Length);
        if (isNewSession)
        {
            capture.Tcp(next, [], Fin);
            capture.Tcp(89_999, [], Syn);
            next = 90_000;
        }

        capture.Tcp(next, ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)));

        Assert.Equal(expected, Count(capture, out var summary).Flows);
        Assert.Equal(1 - expected, summary.UndecodableSets.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tcp_ManyShortSessions_AreAllRead(bool areEnded)
    {
        using var capture = new CaptureFile();
        var message = ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet(), ExportSamples.DataSet(1, 1));
        for (ushort port = 10_000; port < 11_500; port++)
        {
            capture.Tcp(999, [], Syn, port);
            capture.Tcp(1000, message, sourcePort: port);
            if (areEnded)
                capture.Tcp((uint)(1000 + message.Length), [], Fin, port);
        }

        Assert.Equal(1500, Count(capture, out var summary).Flows);
        Assert.Single(summary.Exporters);
    }

    [Fact]
    public void Tcp_SynFlood_DoesNotEndASession()
    {
        using var capture = new CaptureFile();
        var template = ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet());
        capture.Tcp(1000, template, sourcePort: 9);
        for (ushort port = 10_000; port < 13_000; port++)
            capture.Tcp(5, "x"u8, Syn, port);
        capture.Tcp((uint)(1000 + template.Length), ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)), sourcePort: 9);

        Assert.Equal((3000, 1), Count(capture, out _));
    }

    [Theory]
    [InlineData("000900010000000000000000000000000000000001000004", 80)] // v9, one empty data set
    [InlineData("000900010000000000000000000000000000000001000004", 2055)]
    [InlineData("00056a756e6b6a756e6b6a75", 2055)]
    [InlineData("000a00146553f100000000000000000001000004", 4739)]
    [InlineData("0000000500000001c0000201", 6343)]
    public void Udp_NothingReadable_IsAPacket(string payload, int port)
    {
        using var capture = new CaptureFile();
        for (var index = 0; index < 10; index++)
            capture.Udp((ushort)port, Convert.FromHexString(payload), source: $"192.0.2.{index}");

        Assert.Equal((10, 0), Count(capture, out var summary));
        Assert.Empty(summary.Exporters);
    }

    [Fact]
    public void Udp_DataSetsWithoutTemplatesOnUnusualPort_AreToldAndStayPackets()
    {
        using var capture = new CaptureFile();
        for (var index = 0; index < 10; index++)
            capture.Udp(80, Convert.FromHexString("00090001000000006553f1000000000000000000010000080000000a"), source: $"192.0.2.{index}");

        Assert.Equal((10, 0), Count(capture, out var summary));
        Assert.Equal(10, summary.UndecodableSets.Count);
    }

    [Fact]
    public void Udp_DataOnUnusualPort_StaysAPacketTooUntilTemplatesCame()
    {
        using var capture = new CaptureFile();
        capture.Udp(12_345, ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)));
        capture.Udp(12_345, ExportSamples.Ipfix(1, ExportSamples.IpfixTemplateSet()));
        capture.Udp(12_345, ExportSamples.Ipfix(1, ExportSamples.DataSet(1, 1)));
        capture.Udp(12_346, ExportSamples.Ipfix(1, ExportSamples.DataSet(1, 1)));

        Assert.Equal((2, 3), Count(capture, out _)); // the first waits for the template, the last comes to another port
    }

    /// <summary>The same datagram as UDP is telemetry.</summary>
    [Fact]
    public void Icmp_ThatHoldsADatagram_IsAPacket()
    {
        using CaptureFile icmp = new(), udp = new();
        icmp.Icmp(0, 0, ExportSamples.NetFlow5());
        udp.Udp(2055, ExportSamples.NetFlow5());

        Assert.Equal((1, 0), Count(icmp, out _));
        Assert.Equal((0, 1), Count(udp, out _));
    }

    [Theory]
    [InlineData(24 + 31, 1, 0)] // the flow ends after its export
    [InlineData(24 + 47, 1, 1)] // padding
    public void Udp_NetFlow5OnUnusualPort_NeedsPossibleTimes(int offset, byte value, int expected)
    {
        using var capture = new CaptureFile();
        var datagram = ExportSamples.NetFlow5();
        if (expected == 0 && offset > 24)
            datagram.AsSpan(4, 4).Clear();
        datagram[offset] = value;
        capture.Udp(3000, datagram);

        Assert.Equal((1 - expected, expected), Count(capture, out _));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(20, 0)]
    public void Fragment_CutByTheCapture_CompletesNothing(int cutBytes, int expected)
    {
        var message = ExportSamples.Ipfix(0, [ExportSamples.IpfixTemplateSet(), .. Enumerable.Repeat(ExportSamples.DataSet(7, 1), 100)]);
        var datagram = new byte[8 + message.Length];
        var header = new WireWriter(datagram);
        header.Write((ushort)50_000);
        header.Write((ushort)4739);
        header.Write((ushort)datagram.Length);
        message.CopyTo(datagram, 8);
        using var capture = new CaptureFile();
        capture.Fragment(1, 0, more: true, datagram.AsSpan(0, 1024));
        capture.Fragment(1, 1024, more: false, datagram.AsSpan(1024), cutBytes);

        Assert.Equal(expected, Count(capture, out _).Flows);
    }

    private static (int Packets, int Flows) Count(CaptureFile capture, out DecodeSummary summary)
    {
        using var output = new MemoryStream();
        summary = DecodeRun.Run([capture.Save()], InputOptions.Default, output, json: true, long.MaxValue);
        var formats = Encoding.UTF8.GetString(output.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("format").GetString())
            .ToList();
        return (formats.Count(static format => format == "packet"), formats.Count(static format => format != "packet"));
    }
}
