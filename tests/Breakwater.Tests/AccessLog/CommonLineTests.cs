using System.Runtime.InteropServices;
using System.Text;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog;

/// <summary>Lines that are read in one go say the same as when they are read step by step, whatever is in them.</summary>
public sealed class CommonLineTests
{
    private const string Timed = LogLines.CombinedFormat + " rt=$request_time uct=\"$upstream_connect_time\"";

    private static readonly string[] _lines =
    [
        """192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1&y=2 HTTP/1.0" 200 2326 "http://www.example.com/start" "Mozilla/4.08 (X)" """.TrimEnd(),
        """198.51.100.255 - - [10/Oct/2000:13:55:36 -0700] "POST /login HTTP/1.1" 403 0 "-" "-" """.TrimEnd(),
        """203.0.113.10 - - [11/Oct/2000:13:55:37 +0000] "HEAD /x?y?z HTTP/2.0" 304 15 "" "curl/8.5.0" "198.51.100.9, 192.0.2.1" """.TrimEnd(),
        """1.2.3.4 - frank [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 12345678901234567890 "a\"b" "c d" 0.5""",
        """2001:db8::7 - - [10/Oct/2000:13:55:36 +0000] "GET /?q HTTP/1.1" 200 5 "-" "x" """.TrimEnd(),
        """192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a b HTTP/1.1" 200 5 "-" "quote "inside" it" rt=0.137 uct="0.004" """.TrimEnd(),
        """192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a HTTP/1.1" 206 5 "-" "Mozilla/5.0" rt=12.001 uct="-" """.TrimEnd(),
        """192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a HTTP/1.1" 304 - "-" "Mozilla/5.0" """.TrimEnd(),
        """192.0.2.100 - - [10/Oct/2000:13:55:36 +0000] "GET /images/logo.png HTTP/1.1" 200 512""",
        """192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "\x16\x03\x01" 400 157 "-" "-" """.TrimEnd(),
        """192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "OPTIONS * HTTP/1.0" 200 110 "-" "Apache (internal dummy connection)" """.TrimEnd(),
    ];

    private static readonly byte[] _octets = [.. "\" \\-[].:/?09aGH\t\0\r<#"u8, 0xFF];

    [Theory]
    [InlineData("combined")]
    [InlineData("main")]
    [InlineData("common")]
    [InlineData(LogLines.CombinedFormat)]
    [InlineData(Timed)]
    [InlineData("%h %l %u %t \"%r\" %>s %b")]
    public void Lines_OfAnyKind_SayTheSameInOneGoAndStepByStep(string format)
    {
        var (fast, slow) = (LogLines.Decoder(format), LogLines.Decoder(format));
        Assert.True(LogFormat.TryParse(format, out var parsed, out _));
        var random = new Random(5);
        var inOneGo = 0;
        for (var round = 0; round < 60_000; round++)
        {
            var line = Mutated(random);
            var (left, right) = (default(LogRequest), default(LogRequest));
            Assert.Equal(slow.DecodeStepByStep(line, ref right), fast.Decode(line, ref left));
            Assert.True(Octets(ref left).SequenceEqual(Octets(ref right)), $"{format}: {Encoding.Latin1.GetString(line)}");
            var (time, request) = (default(LogTime), default(LogRequest));
            inOneGo += PlanReader.TryReadCommon(parsed!.Plan!, line, ref time, ref request) ? 1 : 0;
        }

        // Both ways were taken, often.
        Assert.InRange(inOneGo, 1_000, 59_000);
    }

    /// <summary>Numbers of all lengths, with leading zeros, too large or too many: an address is one exactly where a plain reader says so.</summary>
    [Fact]
    public void Address_OfAnyNumbers_IsWhatAPlainReaderSays()
    {
        string[] numbers = ["0", "1", "9", "10", "42", "99", "100", "199", "249", "250", "255", "256", "300", "999", "01", "00", "007", "1000", "", "-"];
        var random = new Random(9);
        var found = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Join('.', Enumerable.Range(0, random.Next(20) == 0 ? random.Next(1, 6) : 4).Select(_ => numbers[random.Next(random.Next(3) == 0 ? numbers.Length : 11)]));
            var octets = Encoding.ASCII.GetBytes(text + " - - [and so on to the end of the line");
            var length = DottedQuad.Read(ref octets[0], out var address);
            var isAddress = LogAddress.TryParse(Encoding.ASCII.GetBytes(text), out var expected) && expected.IsIPv4;
            Assert.True(isAddress == (length > 0 && length == text.Length), text);
            if (isAddress)
                Assert.Equal(expected, address);
            found += isAddress ? 1 : 0;
        }

        Assert.InRange(found, 5_000, 45_000);
    }

    [Fact]
    public void Format_ThatBeginsOtherwise_IsReadStepByStep()
    {
        Assert.NotNull(LogFormat.Known.Single(static format => format.Name == "combined").Plan!.Common);
        Assert.Null(LogFormat.Known.Single(static format => format.Name == "haproxy").Plan!.Common);
        Assert.True(LogFormat.TryParse("%h %l %u %t \"%r\" %>s %b", out var apache, out _));
        Assert.NotNull(apache!.Plan!.Common);
        Assert.True(LogFormat.TryParse("%v %h %l %u %t \"%r\" %>s %b", out var hosts, out _));
        Assert.Null(hosts!.Plan!.Common);
    }

    private static byte[] Mutated(Random random)
    {
        var line = new List<byte>(Encoding.Latin1.GetBytes(_lines[random.Next(_lines.Length)]));
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(line.Count);
            switch (random.Next(4))
            {
                case 0:
                    line[at] = _octets[random.Next(_octets.Length)];
                    break;
                case 1:
                    line.Insert(at, _octets[random.Next(_octets.Length)]);
                    break;
                case 2:
                    line.RemoveRange(at, Math.Min(line.Count - at, random.Next(1, 4)));
                    break;
                default:
                    line.AddRange(Encoding.Latin1.GetBytes(_lines[random.Next(_lines.Length)])[random.Next(60)..]);
                    break;
            }

            if (line.Count == 0)
                break;
        }

        // The carriage return at an end is taken off before either way.
        while (line is [.., (byte)'\r'])
            line.RemoveAt(line.Count - 1);
        return [.. line];
    }

    private static ReadOnlySpan<byte> Octets(ref LogRequest request) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref request, 1));
}
