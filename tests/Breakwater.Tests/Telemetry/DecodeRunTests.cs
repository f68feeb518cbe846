using System.IO.Compression;
using System.Text.Json;
using Breakwater.Telemetry;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Telemetry;

public sealed class DecodeRunTests
{
    [Fact]
    public void Capture_IpfixOnUsualPort_GivesElementsByName()
    {
        using var capture = new CaptureFile();
        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet(), ExportSamples.DataSet(1500, 3)));

        var record = Assert.Single(Decode(out var summary, capture.Save()));

        Assert.Equal("flow", record.GetProperty("recordType").GetString());
        Assert.Equal("ipfix", record.GetProperty("format").GetString());
        Assert.Equal("192.0.2.250", record.GetProperty("exporter").GetString());
        Assert.Equal(1, record.GetProperty("observationDomainId").GetInt64());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("samplingRate").ValueKind);
        Assert.Equal("unknown", record.GetProperty("samplingSource").GetString());
        Assert.Equal("2023-11-14T22:13:20Z", record.GetProperty("receivedAt").GetString());
        Assert.Equal("198.51.100.1", record.GetProperty("destinationIPv4Address").GetString());
        Assert.Equal(1500, record.GetProperty("octetDeltaCount").GetInt64());
        Assert.False(record.TryGetProperty("guessed", out _));
        Assert.Equal(2, summary.RecordsRead);
    }

    [Fact]
    public void Capture_NetFlow5OnOtherPort_IsGuessed_DamagedOne_IsAPacket()
    {
        using var capture = new CaptureFile();
        capture.Udp(12_345, ExportSamples.NetFlow5());
        var damaged = ExportSamples.NetFlow5();
        damaged[3] = 2; // two records announced, one there
        capture.Udp(12_345, damaged);

        var records = Decode(out _, capture.Save());

        Assert.Equal(2, records.Count);
        Assert.True(records[0].GetProperty("guessed").GetBoolean());
        Assert.Equal(100, records[0].GetProperty("samplingRate").GetInt64());
        Assert.Equal("header", records[0].GetProperty("samplingSource").GetString());
        Assert.Equal("packet", records[1].GetProperty("format").GetString());
    }

    [Fact]
    public void RawFiles_DataBeforeTemplate_AreReadInAnyOrder()
    {
        using var data = new RawFile(ExportSamples.Ipfix(1, ExportSamples.DataSet(100, 1)));
        using var template = new RawFile(ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()));

        var forwards = Decode(out _, template.Path, data.Path);
        var backwards = Decode(out var summary, data.Path, template.Path);

        Assert.Equal(100, Assert.Single(forwards).GetProperty("octetDeltaCount").GetInt64());
        Assert.Equal(100, Assert.Single(backwards).GetProperty("octetDeltaCount").GetInt64());
        Assert.Equal("raw", backwards[0].GetProperty("exporter").GetString());
        Assert.Equal(JsonValueKind.Null, backwards[0].GetProperty("receivedAt").ValueKind);
        Assert.Empty(summary.UndecodableSets);
    }

    [Fact]
    public void RawFiles_OfDifferentExporters_ShareNoTemplates()
    {
        using var data = new RawFile(ExportSamples.Ipfix(1, ExportSamples.DataSet(100, 1)));
        using var template = new RawFile(ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()));
        var options = InputOptions.Create(null, [$"edge-1={data.Path}"], [], separatePorts: false);

        var records = Decode(out var summary, options, template.Path, data.Path);

        Assert.Empty(records);
        var set = Assert.Single(summary.UndecodableSets);
        Assert.Equal(new UndecodableSet("edge-1", 1, 256, 16, UndecodableReason.NoTemplate), set);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Capture_TemplateAndDataFromDifferentPorts_PortCountsOnlyWhenAsked(bool separatePorts, int expected)
    {
        using var capture = new CaptureFile();
        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()), sourcePort: 40_001);
        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.DataSet(100, 1)), sourcePort: 40_002);

        var options = InputOptions.Create(null, [], [], separatePorts);
        Assert.Equal(expected, Decode(out _, options, capture.Save()).Count);
    }

    [Fact]
    public void Capture_ConfiguredSamplingRate_IsNamedAsSuch()
    {
        using var capture = new CaptureFile();
        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet(), ExportSamples.DataSet(100, 1)));
        var options = InputOptions.Create(null, [], ["192.0.2.250=1000"], separatePorts: false);

        var record = Assert.Single(Decode(out _, options, capture.Save()));

        Assert.Equal(1000, record.GetProperty("samplingRate").GetInt64());
        Assert.Equal("configured", record.GetProperty("samplingSource").GetString());
    }

    [Fact]
    public void Capture_FragmentedDatagram_IsPutTogether_OverlapIsRefused()
    {
        var message = ExportSamples.Ipfix(0, [ExportSamples.IpfixTemplateSet(), .. Enumerable.Repeat(ExportSamples.DataSet(7, 1), 100)]);
        var datagram = new byte[8 + message.Length];
        var header = new WireWriter(datagram);
        header.Write((ushort)50_000);
        header.Write((ushort)4739);
        header.Write((ushort)datagram.Length);
        message.CopyTo(datagram, 8);
        using var capture = new CaptureFile();
        capture.Fragment(1, 1024, more: false, datagram.AsSpan(1024)); // out of order
        capture.Fragment(1, 0, more: true, datagram.AsSpan(0, 1024));
        capture.Fragment(2, 0, more: true, datagram.AsSpan(0, 1024));
        capture.Fragment(2, 512, more: false, datagram.AsSpan(512, 1024));

        var records = Decode(out _, capture.Save());

        Assert.Equal(100, records.Count(static record => record.GetProperty("format").GetString() == "ipfix"));
        Assert.Equal(3, records.Count(static record => record.GetProperty("format").GetString() == "packet"));
    }

    [Fact]
    public void Capture_IpfixOverTcp_IsCutByLengthInAnySegmentation()
    {
        byte[] stream = [.. ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()), .. ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)),
            .. ExportSamples.Ipfix(1, ExportSamples.DataSet(2, 1))];
        using var capture = new CaptureFile();
        capture.Tcp(999, [], flags: 0x02);
        capture.Tcp(1000, stream.AsSpan(0, 30));
        capture.Tcp(1060, stream.AsSpan(60)); // overtakes
        capture.Tcp(1030, stream.AsSpan(30, 30));
        capture.Tcp(1030, stream.AsSpan(30, 30)); // sent twice

        var flows = Decode(out _, capture.Save()).Where(static record => record.GetProperty("format").GetString() == "ipfix").ToList();

        Assert.Equal([1, 2], flows.Select(static record => record.GetProperty("octetDeltaCount").GetInt64()));
    }

    [Fact]
    public void Capture_Gzip_GivesTheSame()
    {
        using var capture = new CaptureFile();
        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet(), ExportSamples.DataSet(1500, 3)));
        var plain = capture.Save();
        using var packed = new RawFile(Gzip(File.ReadAllBytes(plain)));

        Assert.Equal(Text(plain), Text(packed.Path));
        Assert.NotEqual("", Text(plain));
    }

    [Fact]
    public void IpfixFile_MessagesBackToBack_PlainOrGzip_AreAllRead()
    {
        byte[] messages = [.. ExportSamples.Ipfix(0, ExportSamples.IpfixTemplateSet()), .. ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)),
            .. ExportSamples.Ipfix(1, ExportSamples.DataSet(2, 1))];
        using var plain = new RawFile(messages);
        using var packed = new RawFile(Gzip(messages));

        Assert.Equal(2, Decode(out var summary, plain.Path).Count);
        Assert.Equal(2, summary.Inputs[0].Records);
        Assert.Equal(Text(plain.Path), Text(packed.Path));
    }

    [Fact]
    public void Files_UnreadableAndForeign_AreNamedAndTheRestIsRead()
    {
        using var foreign = new RawFile("hello, this is no telemetry"u8.ToArray());
        using var capture = new CaptureFile();
        capture.Udp(53, [1, 2, 3]);

        var records = Decode(out var summary, "/nonexistent", foreign.Path, capture.Save());

        Assert.Single(records);
        Assert.NotNull(summary.Inputs[0].Failure);
        Assert.NotNull(summary.Inputs[1].Failure);
        Assert.Null(summary.Inputs[2].Failure);
        Assert.Equal(1, summary.RecordsRead);
    }

    [Fact]
    public void Limit_StopsAfterThatMany()
    {
        using var capture = new CaptureFile();
        for (var index = 0; index < 10; index++)
            capture.Udp(53, [1, 2, 3]);
        using var output = new MemoryStream();
        DecodeRun.Run([capture.Save()], InputOptions.Default, output, json: true, limit: 4);
        Assert.Equal(4, output.ToArray().Count(static octet => octet == (byte)'\n'));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static string Text(string path)
    {
        using var writer = new StringWriter();
        DecodeRun.ToJson([path], writer);
        return writer.ToString();
    }

    private static List<JsonElement> Decode(out DecodeSummary summary, params string[] paths) => Decode(out summary, InputOptions.Default, paths);

    private static List<JsonElement> Decode(out DecodeSummary summary, InputOptions options, params string[] paths)
    {
        using var output = new MemoryStream();
        summary = DecodeRun.Run(paths, options, output, json: true, long.MaxValue);
        return [.. System.Text.Encoding.UTF8.GetString(output.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    private sealed class RawFile : IDisposable
    {
        public RawFile(byte[] bytes) => File.WriteAllBytes(Path, bytes);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
