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

    [Fact]
    public void TextsOfAnyLength_ThatDifferInOneBitOrInTheOrderOfTheirParts_KeepApart()
    {
        var random = new Random(1);
        var hashes = new HashSet<ulong>();
        var texts = 0;
        for (var length = 0; length <= 300; length++)
        {
            var text = new byte[length];
            random.NextBytes(text);
            Add(text);
            for (var bit = 0; bit < 8 * length; bit += 3)
            {
                text[bit / 8] ^= (byte)(1 << (bit % 8));
                Add(text);
                text[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            for (var at = 16; at + 16 <= length; at += 16)
                Add([.. text[16..(at + 16)], .. text[..16], .. text[(at + 16)..]]);
        }

        Assert.Equal(texts, hashes.Count);

        void Add(byte[] text)
        {
            texts++;
            hashes.Add(TextHash.Of(text, 0x1234_5678_9ABC_DEF1));
        }
    }
}
