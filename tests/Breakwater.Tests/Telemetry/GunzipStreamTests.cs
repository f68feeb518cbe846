using System.IO.Compression;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Telemetry;

public sealed class GunzipStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(70_000)]
    public void Read_WholeContent_IsGiven(int length)
    {
        var content = Content(length);
        using var gunzip = new GunzipStream(new MemoryStream(Gzip(content)));
        using var result = new MemoryStream();
        gunzip.CopyTo(result, 1000);
        Assert.Equal(content, result.ToArray());
    }

    [Fact]
    public void Read_CutAnywhereBehindTheHeader_Throws_AndGivesNothingElse()
    {
        var content = Content(500);
        var packed = Gzip(content);
        for (var length = 11; length < packed.Length; length++)
        {
            using var gunzip = new GunzipStream(new MemoryStream(packed, 0, length));
            using var result = new MemoryStream();
            Assert.Throws<InvalidDataException>(() => gunzip.CopyTo(result));
            Assert.Equal(content[..(int)result.Length], result.ToArray());
        }
    }

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
