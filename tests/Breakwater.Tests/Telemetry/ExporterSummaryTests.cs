using System.Text;
using System.Text.Json;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Json;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Telemetry;

public sealed class ExporterSummaryTests
{
    private static (string Output, string Summary) Run(CaptureFile capture, InputOptions? options = null)
    {
        using var output = new MemoryStream();
        using var text = new StringWriter();
        SummaryText.Write(DecodeRun.Run([capture.Save()], options ?? InputOptions.Default, output, json: true, long.MaxValue), text);
        return (Encoding.UTF8.GetString(output.ToArray()), text.ToString());
    }

    private static byte[] Words(params uint[] words)
    {
        var buffer = new byte[words.Length * 4];
        var writer = new WireWriter(buffer);
        foreach (var word in words)
            writer.Write(word);
        return buffer;
    }

    [Theory]
    [InlineData(0u, "\"samplingRate\":1000,\"samplingSource\":\"configured\"")]
    [InlineData(64u, "\"samplingRate\":64,\"samplingSource\":\"header\"")]
    public void SflowSample_WithoutRate_HasTheConfiguredOne(uint rate, string expected)
    {
        using var capture = new CaptureFile();
        capture.Udp(6343, Words(5, 1, 0xC000_02FA, 0, 1, 1000, 1, 1, 32, 1, 1, rate, 100, 0, 1, 2, 0));

        Assert.Contains(expected, Run(capture, InputOptions.Create(null, [], ["192.0.2.250=1000"], separatePorts: false)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, true)]
    public void SflowAgentsBeyondTheBound_AreTold(int beyond, bool isTold)
    {
        using var capture = new CaptureFile();
        for (uint subAgent = 0; subAgent < Exporter.MaximumAgents + beyond; subAgent++)
            capture.Udp(6343, Words(5, 1, 0xC000_02FA, subAgent, 1, 1000, 0));

        Assert.Equal(isTold, Run(capture).Summary.Contains("2 datagrams of further agents not followed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(0, false)]
    public void TemplateThatWasRefused_IsTold_AndNotSaidNeverToHaveCome(int fields, bool isTold)
    {
        using var capture = new CaptureFile();
        if (fields > 0)
        {
            uint[] template = [(2 << 16) | (uint)(8 + (fields * 4)), (256u << 16) | (uint)fields, .. Enumerable.Repeat((8u << 16) | 4, fields)];
            capture.Udp(4739, ExportSamples.Ipfix(0, Words(template)));
        }

        capture.Udp(4739, ExportSamples.Ipfix(0, ExportSamples.DataSet(1, 1)));
        var summary = Run(capture).Summary;

        Assert.Equal(isTold, summary.Contains("1 templates refused", StringComparison.Ordinal));
        Assert.Equal(!isTold, summary.Contains("its template never came", StringComparison.Ordinal));
    }

    [Fact]
    public void EthernetBehindLabels_IsInner_NoKeyTwice()
    {
        const string Ethernet = "020000000001020000000002";
        const string Ip = "450000140000000040FF0000C0000201C0000202";
        var inner = Json(Ethernet + "8847" + "000641FF" + "00000000" + Ethernet + "0800" + Ip);
        var tagged = Json(Ethernet + "88A8" + "00018100" + "00028100" + "00030800" + Ip);

        // Throws on a key that stands twice.
        using var strict = JsonDocument.Parse(inner, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Assert.Contains("\"inner\":[{\"tunnel\":\"mpls\",\"sourceMacAddress\"", inner, StringComparison.Ordinal);
        Assert.Contains("\"vlanIds\":[1,2,3]", tagged, StringComparison.Ordinal);
    }

    private static string Json(string hexadecimal)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            PacketJson.Write(json, Convert.FromHexString(hexadecimal), LinkType.Ethernet);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
