using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class InformationElementsTests
{
    [Theory]
    [InlineData(1, "octetDeltaCount", ElementType.Unsigned64)]
    [InlineData(27, "sourceIPv6Address", ElementType.Ipv6Address)]
    [InlineData(152, "flowStartMilliseconds", ElementType.DateTimeMilliseconds)]
    [InlineData(433, "ignoredLayer2FrameTotalCount", ElementType.Unsigned64)]
    [InlineData(502, "srhSegmentIPv6EndpointBehavior", ElementType.Unsigned16)]
    public void KnownId_NameAndType(int id, string name, ElementType type)
    {
        Assert.True(InformationElements.TryGet((ushort)id, out var element));
        Assert.Equal((name, type), (element.Name, element.Type));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(66)]
    [InlineData(127)]
    [InlineData(40_000)]
    public void UnassignedId_Nothing(int id) => Assert.False(InformationElements.TryGet((ushort)id, out _));

    [Fact]
    public void Reverse_NameHasItsPrefix()
    {
        Assert.True(InformationElements.TryGet(Wire.Field(1, 8, 29305), ExportFormat.Ipfix, out var element));
        Assert.Equal("reverseOctetDeltaCount", element.Name);
    }

    [Fact]
    public void OtherEnterprise_AndNetFlow9Scope_AreNoElements()
    {
        Assert.False(InformationElements.TryGet(Wire.Field(1, 8, 9), ExportFormat.Ipfix, out _));
        Assert.False(InformationElements.TryGet(Wire.Scope(1, 4), ExportFormat.NetFlow9, out _));
        Assert.True(InformationElements.TryGet(Wire.Scope(149, 4), ExportFormat.Ipfix, out _));
    }

    [Fact]
    public void Registry_AgreesWithTheSharedCopy()
    {
        var lines = File.ReadLines(SharedData.Path("flow-telemetry/ipfix_fields.csv"));
        var compared = 0;
        foreach (var columns in lines.Select(line => line.Split(',')))
        {
            if (columns.Length < 3 || !ushort.TryParse(columns[0], out var id) || !Enum.TryParse<ElementType>(columns[2], true, out var type))
                continue;
            Assert.True(InformationElements.TryGet(id, out var element), columns[0]);
            Assert.Equal((columns[1], type), (element.Name, element.Type));
            compared++;
        }

        Assert.True(compared > 450, $"{compared} compared");
    }
}
