using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>The comparer itself: what it must find, and what it must not call a difference.</summary>
public sealed class ComparerTests
{
    private const string Packets = """
        [{"_source":{"layers":{"cflow":{
          "cflow.version":"10","cflow.timestamp_tree":{"cflow.exporttime":"1700000000"},"cflow.od_id":"7",
          "Set 1 [id=256] (2 flows)":{"cflow.flowset_id":"256","cflow.flowset_length":"40",
            "Flow 1":{"cflow.srcaddr":"192.0.2.1","cflow.octets":"100","cflow.unknown_field_type":["0a","00:05"]},
            "Flow 2":{"cflow.srcaddr":"192.0.2.2","cflow.octets":"200","cflow.unknown_field_type":["0b","00:06"]}},
          "Set 2 [id=300]":{"cflow.flowset_id":"300","cflow.flowset_length":"24",
            "Data (20 bytes), no template found":{"_ws.expert":{"cflow.no_template_found":""}}}
        }}}}]
        """;

    private const string First = Line + "\"sourceIPv4Address\":\"192.0.2.1\",\"octetDeltaCount\":100,\"9/1\":\"0a\",\"9/2\":\"0005\"}";
    private const string Second = Line + "\"sourceIPv4Address\":\"192.0.2.2\",\"octetDeltaCount\":200,\"9/1\":\"0b\",\"9/2\":\"0006\"}";
    private const string Line = "{\"recordType\":\"flow\",\"format\":\"ipfix\",\"exporter\":\"raw\",\"observationDomainId\":7,\"setId\":256,";

    private static readonly UndecodedSet s_set = new(300, 24);

    private static ExportComparison Compare(string[] lines, params UndecodedSet[] undecoded)
    {
        using var document = JsonDocument.Parse(Packets);
        return ExportComparer.Compare(
            GoldenTool.Tshark, NameMap.Load(GoldenTool.Tshark), TsharkFile.Read(document.RootElement), [.. lines.Select(DecodedRecord.Parse)], undecoded);
    }

    [Fact]
    public void Compare_SameValues_HasNoDifference()
    {
        var result = Compare([First, Second], s_set);
        Assert.Empty(result.Differences);
        // Two records of five values each: the domain, the address, the octets, the two without a name.
        Assert.Equal(10, result.Compared);
        Assert.Equal(10, result.Agreed);
        Assert.Equal((2, 1), (result.Records, result.UndecodedSets));
    }

    [Fact]
    public void Compare_AlteredValue_IsFound()
    {
        var difference = Assert.Single(Compare([First, Second.Replace(":200", ":201", StringComparison.Ordinal)], s_set).Differences);
        Assert.Equal(("octetDeltaCount", DifferenceKind.Value, "200", "201"), (difference.Element, difference.Kind, difference.Golden, difference.Ours));
    }

    [Fact]
    public void Compare_AlteredValueWithoutName_IsFound()
    {
        var difference = Assert.Single(Compare([First.Replace("0005", "0004", StringComparison.Ordinal), Second], s_set).Differences);
        Assert.Equal(("9/2", DifferenceKind.Value), (difference.Element, difference.Kind));
    }

    [Fact]
    public void Compare_AlteredDomain_IsFound()
    {
        var difference = Assert.Single(Compare([First.Replace("Id\":7", "Id\":8", StringComparison.Ordinal), Second], s_set).Differences);
        Assert.Equal(("@observationDomainId", DifferenceKind.Value), (difference.Element, difference.Kind));
    }

    [Fact]
    public void Compare_MissingRecord_IsFound()
    {
        var difference = Assert.Single(Compare([Second], s_set).Differences);
        Assert.Equal(DifferenceKind.RecordMissingInOurs, difference.Kind);
        Assert.Contains("192.0.2.1", difference.Golden, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_ExtraRecord_IsFound()
    {
        var extra = First.Replace("192.0.2.1", "192.0.2.9", StringComparison.Ordinal).Replace(":100", ":999", StringComparison.Ordinal);
        var difference = Assert.Single(Compare([First, extra, Second], s_set).Differences);
        Assert.Equal(DifferenceKind.RecordMissingInGolden, difference.Kind);
        Assert.Contains("192.0.2.9", difference.Ours, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_RecordsSwapped_IsFound()
    {
        Assert.NotEmpty(Compare([Second, First], s_set).Differences);
    }

    [Fact]
    public void Compare_RecordOfAnotherSet_IsNoPartner()
    {
        var other = Second.Replace("\"setId\":256", "\"setId\":257", StringComparison.Ordinal);
        Assert.Equal(
            [DifferenceKind.RecordMissingInOurs, DifferenceKind.RecordOfUnshownSet],
            Compare([First, other], s_set).Differences.Select(d => d.Kind).Order());
    }

    [Fact]
    public void Compare_MissingField_IsFound()
    {
        var difference = Assert.Single(Compare([First.Replace("\"octetDeltaCount\":100,", "", StringComparison.Ordinal), Second], s_set).Differences);
        Assert.Equal(("octetDeltaCount", DifferenceKind.MissingInOurs), (difference.Element, difference.Kind));
    }

    [Fact]
    public void Compare_ExtraField_IsFound()
    {
        var extra = Second.Replace("\"octet", "\"ipTTL\":64,\"octet", StringComparison.Ordinal);
        // Values without a name are taken in wire order, so a stray element also shifts those behind it.
        Assert.Contains(Compare([First, extra], s_set).Differences, d => d.Kind == DifferenceKind.MissingInGolden);
    }

    [Fact]
    public void Compare_MissingUndecodableSet_IsFound()
    {
        var difference = Assert.Single(Compare([First, Second]).Differences);
        Assert.Equal((DifferenceKind.SetUndecodedInGolden, "set 300", "24 octets"), (difference.Kind, difference.GoldenName, difference.Golden));
    }

    [Fact]
    public void Compare_UndecodableSetOfAnotherLength_IsFound()
    {
        Assert.Equal(
            [DifferenceKind.SetUndecodedInGolden, DifferenceKind.SetUndecodedInOurs],
            Compare([First, Second], s_set with { LengthBytes = 28 }).Differences.Select(d => d.Kind));
    }

    [Fact]
    public void Compare_RecordOfSetThatGoldenCouldNotDecode_IsToldApart()
    {
        var later = Second.Replace("\"setId\":256", "\"setId\":300", StringComparison.Ordinal);
        Assert.Equal(
            [DifferenceKind.RecordOfUndecodedSet, DifferenceKind.SetDecodedByUs],
            Compare([First, Second, later]).Differences.Select(d => d.Kind).Order());
    }

    [Fact]
    public void Compare_UnknownGoldenName_IsFound()
    {
        var golden = new GoldenExport([new GoldenRecord("ipfix", 256, [new GoldenField("cflow.not_in_any_version", "1")])], []);
        var result = ExportComparer.Compare(GoldenTool.Tshark, NameMap.Load(GoldenTool.Tshark), golden, [DecodedRecord.Parse(Line + "\"x\":\"\"}")], []);
        Assert.Contains(result.Differences, d => d.Kind == DifferenceKind.UnknownName);
    }

    [Theory]
    [InlineData("src=\"192.0.2.1\",in_bytes=100u,protocol=\"tcp\",flow_start_ms=1666345513807u", 0)]
    [InlineData("src=\"192.0.2.1\",in_bytes=101u,protocol=\"tcp\",flow_start_ms=1666345513807u", 1)]
    [InlineData("src=\"192.0.2.1\",in_bytes=100u,protocol=\"udp\",flow_start_ms=1666345513807u", 1)]
    [InlineData("src=\"192.0.2.1\",in_bytes=100u,protocol=\"tcp\",flow_start_ms=1666345513808u", 1)]
    [InlineData("src=\"192.0.2.1\",in_bytes=100u,protocol=\"tcp\",flow_start_ms=1666345513807u,ttl=1u", 1)]
    [InlineData("src=\"192.0.2.1\",protocol=\"tcp\",flow_start_ms=1666345513807u", 1)]
    public void Compare_LineProtocol_CountsEveryDifference(string fields, int differences)
    {
        var golden = LineProtocolFile.Record($"netflow,source=127.0.0.1,version=IPFIX {fields} 1684917213504248417");
        var ours = DecodedRecord.Parse(
            Line + "\"sourceIPv4Address\":\"192.0.2.1\",\"octetDeltaCount\":100,\"protocolIdentifier\":6,\"flowStartMilliseconds\":\"2022-10-21T09:45:13.807Z\"}");
        var result = ExportComparer.Compare(GoldenTool.Telegraf, NameMap.Load(GoldenTool.Telegraf), new GoldenExport([golden], []), [ours], []);
        Assert.Equal(differences, result.Differences.Count);
    }

    [Theory]
    [InlineData("300", "3", 0)]
    [InlineData("301", "3", 1)]
    [InlineData("300", "2", 1)]
    public void Compare_PmacctAggregate_AddsOurFlowsUp(string bytes, string packets, int differences)
    {
        var golden = new GoldenExport([new GoldenRecord("", null, [new("ip_src", "192.0.2.1"), new("tos", "0"), new("packets", packets), new("bytes", bytes)])], []);
        var map = NameMap.Load(GoldenTool.Pmacct);
        var ours = new[] { 100, 200 }.Select(n => DecodedRecord.Parse(
            Line + $"\"sourceIPv4Address\":\"192.0.2.1\",\"octetDeltaCount\":{n},\"packetDeltaCount\":{n / 100},\"sourceTransportPort\":{n}}}")).ToList();
        var result = ExportComparer.Compare(GoldenTool.Pmacct, map, golden, PmacctAggregate.Aggregate(golden, map, ours, new Dictionary<long, long>()), []);
        Assert.Equal(differences, result.Differences.Count);
    }

    [Theory]
    [InlineData("blue", "2:65536:7", 0)]
    [InlineData("red", "2:65536:7", 1)]
    [InlineData("blue", "2:65536:8", 1)]
    public void Compare_PmacctJoinedOptions_AreCompared(string vrf, string distinguisher, int differences)
    {
        var golden = new GoldenExport([new GoldenRecord("", null, [new("vrf_name", vrf), new("mpls_vpn_rd", distinguisher), new("packets", "1")])], []);
        var map = NameMap.Load(GoldenTool.Pmacct);
        var options = Line.Replace("\"flow\"", "\"options\"", StringComparison.Ordinal);
        var ours = new[]
        {
            options + "\"ingressVRFID\":5,\"VRFname\":\"blue\",\"mplsVpnRouteDistinguisher\":\"0002000100000007\"}",
            Line + "\"ingressVRFID\":5,\"packetDeltaCount\":1}",
        }.Select(DecodedRecord.Parse).ToList();
        var aggregates = PmacctAggregate.Aggregate(golden, map, ours, new Dictionary<long, long>());
        Assert.Equal(differences, ExportComparer.Compare(GoldenTool.Pmacct, map, golden, aggregates, []).Differences.Count);
    }

    [Fact]
    public void Reasons_KeyIsFormatElementAndTool_OthersStayUnexplained()
    {
        var reasons = new Reasons(["tshark\tipfix\tipTTL\tValue\tours-zero\tgolden\tRFC 7011 §6.2\ttext"]);
        var difference = new Difference("ipfix", "ipTTL", DifferenceKind.Value, "cflow.ttl", "1", "0");
        Assert.NotNull(reasons.Find(GoldenTool.Tshark, difference));
        Assert.Null(reasons.Find(GoldenTool.Telegraf, difference));
        Assert.Null(reasons.Find(GoldenTool.Tshark, difference with { Format = "netflow9" }));
        Assert.Null(reasons.Find(GoldenTool.Tshark, difference with { Element = "ipClassOfService" }));
        Assert.Null(reasons.Find(GoldenTool.Tshark, difference with { Kind = DifferenceKind.MissingInOurs }));
        Assert.Null(reasons.Find(GoldenTool.Tshark, difference with { Ours = "2" }));
    }

    [Fact]
    public void Reasons_GoldenErrsWithoutSection_IsRefused()
    {
        Assert.Throws<FormatException>(() => new Reasons(["tshark\tipfix\tipTTL\tValue\t-\tgolden\t\ttext"]));
    }
}
