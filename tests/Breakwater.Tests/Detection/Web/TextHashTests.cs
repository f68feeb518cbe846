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

    /// <summary>Blocks of sixteen octets that would make two lanes alike, and so vanish from the hash, if the lanes began a known distance apart.</summary>
    [Theory]
    [InlineData(16, Constant)]
    [InlineData(16, 0)]
    [InlineData(32, 0xE703_7ED1_A0B4_28DB)]
    [InlineData(32, 0)]
    public void TextsWhoseLanesAreAlike_KeepApart(int lane, ulong distance)
    {
        foreach (var seed in (ulong[])[1, 0x1234_5678_9ABC_DEF1, 0x7777_0000_FFFF_0003, ulong.MaxValue])
        {
            foreach (var length in (int[])[65, 96, 97, 150, 600])
                Assert.Equal(500, Enumerable.Range(0, 500).Select(number => TextHash.Of(Alike(number, length, lane, distance), seed)).Distinct().Count());
        }
    }

    private static byte[] Alike(int number, int length, int lane, ulong distance)
    {
        var text = new byte[length];
        for (var at = 0; at + 48 <= length; at += 48)
        {
            BinaryPrimitives.WriteInt32LittleEndian(text.AsSpan(at), number);
            BinaryPrimitives.WriteInt32LittleEndian(text.AsSpan(at + 8), number * 7);
            text.AsSpan(at, 16).CopyTo(text.AsSpan(at + lane));
            BinaryPrimitives.WriteUInt64LittleEndian(text.AsSpan(at + lane + 8), BinaryPrimitives.ReadUInt64LittleEndian(text.AsSpan(at + 8)) ^ distance);
        }

        return text;
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
