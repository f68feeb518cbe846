using System.Net;
using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog;

/// <summary>Line splitting, addresses, frames, escapes and trusted proxies.</summary>
public sealed class LogPartsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void Lines_ReadInPieces_AreThoseOfTheWhole(int pieceBytes)
    {
        string[] lines = ["a", "", "b\0c\r", new('x', 65_536), new('y', 65_537), "after", new('z', 900_000), "last"];
        using var stream = new PieceStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)), pieceBytes);
        var reader = new LogLineReader(stream);
        foreach (var expected in lines)
        {
            Assert.True(reader.TryRead(out var line));
            Assert.Equal(expected[..Math.Min(expected.Length, 65_536)], Encoding.UTF8.GetString(line));
            Assert.Equal(expected.Length > 65_536, reader.IsCut);
        }

        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(131_072)]
    public void Lines_OfAnyLength_AreCutAtEachLineFeed(int pieceBytes)
    {
        // About the blocks that are looked at together, about the longest line, and many in one block.
        var random = new Random(pieceBytes);
        var lines = Enumerable.Range(0, 700).Select(number => new string((char)('a' + (number % 26)), number % 100 == 99 ? random.Next(65_500, 65_600) : random.Next(3) switch { 0 => random.Next(4), 1 => random.Next(60, 68), _ => random.Next(200) })).ToArray();
        using var stream = new PieceStream(Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n"), pieceBytes);
        var reader = new LogLineReader(stream);
        foreach (var expected in lines)
        {
            Assert.True(reader.TryRead(out var line));
            Assert.True(line.SequenceEqual(Encoding.ASCII.GetBytes(expected).AsSpan(0, Math.Min(expected.Length, LogLimits.LineBytes))), expected);
        }

        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("x\n", 1)]
    [InlineData("\n", 1)]
    [InlineData("", 0)]
    [InlineData("x\n\n", 2)]
    public void Lines_AtTheEnd_AreCountedOnce(string text, int count)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var reader = new LogLineReader(stream);
        var lines = 0;
        while (reader.TryRead(out _))
            lines++;
        Assert.Equal(count, lines);
    }

    [Fact]
    public void Line_LongerThanTheLimit_EndsTheFileToo()
    {
        using var stream = new MemoryStream(new byte[700_000]);
        var reader = new LogLineReader(stream);
        Assert.True(reader.TryRead(out var line));
        Assert.Equal(65_536, line.Length);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void Address_RandomText_IsReadAsTheRuntimeReadsIt()
    {
        var random = new Random(7);
        var (agreed, accepted) = (0, 0);
        for (var round = 0; round < 200_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(5) switch { 0 => ":", 1 => "::", 2 => "1.2.3.4", 3 => "ab", _ => random.Next(300).ToString(System.Globalization.CultureInfo.InvariantCulture) + "." }));
            var isRead = LogAddress.TryParse(Encoding.UTF8.GetBytes(text), out var address);
            // The runtime also takes shortened, octal and hexadecimal IPv4 addresses.
            var isOne = IPAddress.TryParse(text, out var expected) && (text.Contains(':', StringComparison.Ordinal) || text == expected.ToString());
            Assert.True(isRead == isOne, text);
            if (isRead)
                Assert.Equal(Address.Parse(text), address);
            (agreed, accepted) = (agreed + 1, accepted + (isRead ? 1 : 0));
        }

        Assert.True(accepted > 1_000, $"{accepted} of {agreed} were addresses");
    }

    [Theory]
    [InlineData("192.0.2.1:80", "192.0.2.1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("[2001:db8::1]:443", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:db8:1:2:3:4:5:6:443", "2001:db8:1:2:3:4:5:6")]
    [InlineData("fe80::1%eth0", "fe80::1")]
    [InlineData("localhost:80", null)]
    [InlineData("192.0.2.1:123456", null)]
    [InlineData(":80", null)]
    public void Endpoint_WithOrWithoutAPort_HasItsAddress(string text, string? address) =>
        Assert.Equal(address, LogAddress.TryParseEndpoint(Encoding.UTF8.GetBytes(text), out var parsed) ? parsed.ToString() : null);

    [Theory]
    [InlineData("<34>Oct 11 22:14:15 mymachine nginx: MSG", "MSG")]
    [InlineData("Oct  1 22:14:15 mymachine haproxy[1]: MSG", "MSG")]
    [InlineData("Oct  1 22:14:15 haproxy[1]: MSG", "MSG")]
    [InlineData("<165>1 2003-10-11T22:14:15.003Z m.example app - ID47 [a@1 b=\"c]\\\"\" d=\"e\"][f@1 g=\"h\"] MSG", "MSG")]
    [InlineData("<165>1 2003-10-11T22:14:15.003Z m.example app - - - \u00ef\u00bb\u00bfMSG", "MSG")]
    [InlineData("2024-01-02T03:04:05.678901+01:00 host nginx[7]: MSG", "MSG")]
    [InlineData("2024-01-02T03:04:05.678901234Z stderr F MSG", "MSG")]
    [InlineData("2024-01-02T03:04:05 not a frame of anything", "2024-01-02T03:04:05 not a frame of anything")]
    [InlineData("192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] MSG: x", "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] MSG: x")]
    [InlineData("<165>1 2003-10-11T22:14:15.003Z m.example app - ID47 [a@1 b=\"c", "<165>1 2003-10-11T22:14:15.003Z m.example app - ID47 [a@1 b=\"c")]
    public void Frame_BeforeALine_IsPassedOver(string line, string message)
    {
        var bytes = Encoding.Latin1.GetBytes(line);
        Assert.Equal(message, Encoding.Latin1.GetString(bytes.AsSpan(SyslogFrame.Skip(bytes))));
        for (var length = 0; length < bytes.Length; length++)
            Assert.InRange(SyslogFrame.Skip(bytes.AsSpan(0, length).ToArray()), 0, length);
    }

    [Theory]
    [InlineData(LogEscapes.Backslash, "a\\x41\\\"\\\\\\n\\t", "aA\"\\\n\t")]
    [InlineData(LogEscapes.Backslash, "\\x4\\q\\", "\\x4\\q\\")]
    [InlineData(LogEscapes.Json, "\\u00e9\\ud83d\\ude00\\/\\b", "é😀/\b")]
    [InlineData(LogEscapes.Json, "\\ud83d\\u12", "\ufffd\\u12")]
    [InlineData(LogEscapes.Hash, "a#22b#", "a\"b#")]
    [InlineData(LogEscapes.None, "a\\x41#22", "a\\x41#22")]
    public void Escapes_OfEachServer_AreUndone(LogEscapes escapes, string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var destination = new byte[bytes.Length];
        Assert.Equal(expected, Encoding.UTF8.GetString(destination, 0, LogUnescape.Write(bytes, escapes, destination)));
    }

    [Theory]
    [InlineData("192.0.2.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("192.0.2.1", "203.0.113.9, 198.51.100.7, 192.0.2.2", "198.51.100.7")]
    [InlineData("192.0.2.1", "203.0.113.9, 192.0.2.3:80,192.0.2.2", "203.0.113.9")]
    [InlineData("192.0.2.1", "203.0.113.9, unknown", "192.0.2.1")]
    [InlineData("192.0.2.1", "203.0.113.9, forged\", 192.0.2.2", "192.0.2.2")]
    [InlineData("192.0.2.1", "192.0.2.3", "192.0.2.3")]
    [InlineData("2001:db8::5", "203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.7", "203.0.113.9", "198.51.100.7")]
    public void Client_BehindProxies_IsTheLastThatIsNotTrusted(string peer, string chain, string client)
    {
        Assert.True(TrustedProxies.TryParse(["192.0.2.0/24", "2001:db8::/32"], out var proxies));
        Assert.Equal(Address.Parse(client), proxies.ClientOf(Address.Parse(peer), Encoding.UTF8.GetBytes(chain)));
        Assert.Equal(Address.Parse(peer), TrustedProxies.None.ClientOf(Address.Parse(peer), Encoding.UTF8.GetBytes(chain)));
    }

    [Fact]
    public void Client_OfALine_IsBelievedOnlyOfATrustedPeer()
    {
        var line = LogLines.All.Single(static entry => entry.Format == "main").Line;
        Assert.Contains(" 192.0.2.1 peer=2001:db8::7 ", LogLines.Read(LogLines.Decoder("main", "2001:db8::7"), line), StringComparison.Ordinal);
        Assert.Contains(" 198.51.100.9 peer=2001:db8::7 ", LogLines.Read(LogLines.Decoder("main", "2001:db8::7", "192.0.2.0/30"), line), StringComparison.Ordinal);
        Assert.Contains(" 2001:db8::7 POST", LogLines.Read(LogLines.Decoder("main", "192.0.2.0/24"), line), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("proxy.example")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("")]
    public void Networks_ThatAreNone_AreRefused(string text) => Assert.False(TrustedProxies.TryParse([text], out _));

    /// <summary>Gives a few bytes a read, as a pipe may.</summary>
    private sealed class PieceStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, pieceBytes)]);
    }
}
