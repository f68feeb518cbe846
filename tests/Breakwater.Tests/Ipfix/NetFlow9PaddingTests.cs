namespace Breakwater.Tests.Ipfix;

public sealed class NetFlow9PaddingTests
{
    [Theory]
    [InlineData(2, "003c0000", 1)] // one record and padding
    [InlineData(3, "003c0000", 2)] // the header says that the zeros are a record
    [InlineData(2, "003c0001", 2)] // not zero: not padding
    [InlineData(2, "003c003d00000000", 3)] // padding has at most 3 octets
    public void ShortRecords_ZerosBehindTheCount_ArePadding(int count, string body, int records)
    {
        var octets = Convert.FromHexString(body);
        var packet = Wire.NetFlow9((ref writer) =>
        {
            writer.OptionsTemplate(257, [Wire.Scope(1, 0), Wire.Field(36, 2)]);
            writer.BeginData(257);
            writer.Octets(octets);
            writer.EndSet();
        });
        packet[3] = (byte)count;

        Assert.Equal(records, Wire.Collect(packet).Samplings.Count);
    }
}
