using System.Buffers.Binary;
using Breakwater.Detection.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>The hash of texts keeps apart what strangers choose.</summary>
public sealed class TextHashTests
{
    private const ulong Constant = 0xA076_1D64_78BD_642F;

    [Theory]
    [InlineData(0x1234_5678_9ABC_DEF1)]
    [InlineData(0x7777_0000_FFFF_0003)]
    public void TextsThatHoldTheConstant_KeepApart(ulong seed)
    {
        var text = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(text, Constant);
        var hashes = Enumerable.Range(0, 1_000).Select(number =>
        {
            BinaryPrimitives.WriteInt32LittleEndian(text.AsSpan(8), number);
            return TextHash.Of(text, seed);
        });
        Assert.Equal(1_000, hashes.Distinct().Count());
    }
}
