using System.Text;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Fuzz.Targets;

/// <summary>Access logs: cut into lines, recognised, every line decoded; those in Combined and those of JSON are read a second time.</summary>
internal sealed class LogLinesTarget : FuzzTarget
{
    private static readonly LogFormat[] _combined = [.. LogFormat.Known.Where(static format => format.Name == "combined")];
    private static readonly LogFormat[] _envoy = [.. LogFormat.Known.Where(static format => format.Name == "envoy_json")];

    public override string Name => "access-log";

    public override PlantedBug Planted => new(FaultKind.Exception, "a backslash is believed to have an octet behind it");

    public override int CapacityBytes => 4096;

    public override byte[][] Tokens =>
    [
        [.. "\n"u8], [.. "\r\n"u8], [.. " "u8], [.. "\""u8], [.. "\\"u8], [.. "\\\""u8], [.. "\\x22"u8], [.. "\\u0022"u8], [.. "["u8], [.. "] "u8], [.. "{"u8], [.. "}"u8],
        [.. "null"u8], [.. "-"u8], [.. "192.0.2.1"u8], [.. "2001:db8::1"u8], [.. "::"u8], [.. "10/Oct/2000:13:55:36 +0000"u8], [.. "#Fields: date time c-ip "u8],
        [.. "\"GET / HTTP/1.1\""u8], [.. "\"response_code\":200,"u8], [.. "<34>1 "u8], [.. "Oct 11 22:14:15 a b: "u8], [0], [0xFF], [0x16, 0x03, 0x01],
    ];

    public override IEnumerable<byte[]> Seeds() => LogSeeds.Files(CapacityBytes);

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var signature = default(Signature);
        var formats = LogRecognition.Find(input);
        signature.AddCount(formats.Count);
        foreach (var format in formats)
            signature.Add(Signature.Of(Encoding.UTF8.GetBytes(format.Name)));
        var found = false;
        var (lines, at) = (0, 0);
        using var stream = new MemoryStream(input.ToArray());
        var reader = new LogLineReader(stream);
        var decoder = new LogDecoder(formats.Count > 0 ? formats : LogFormat.Known, TrustedProxies.None);
        while (reader.TryRead(out var line))
        {
            PlantedEscape(line);
            lines++;
            var length = input[at..].IndexOf((byte)'\n');
            var expected = length < 0 ? input[at..] : input.Slice(at, length);
            FuzzFault.Holds(line.SequenceEqual(expected), "a line is another");
            at += expected.Length + 1;
            found |= Decode(decoder, line.ToArray(), ref signature);
            NaiveLog.Compare(line, _combined);
            NaiveLog.CompareJson(line, _envoy);
        }

        FuzzFault.Same("lines", lines, input.Count((byte)'\n') + (input is [] or [.., (byte)'\n'] ? 0 : 1));
        return new Outcome(signature.Value, found);
    }

    private static bool Decode(LogDecoder decoder, byte[] line, ref Signature signature)
    {
        var request = default(LogRequest);
        var meter = AllocationMeter.Start();
        var error = decoder.Decode(line, ref request);
        if (line is not [(byte)'#', ..])
            AllocationMeter.ExpectNone(meter.Bytes, () => Allocated(decoder, line));
        signature.Add((ulong)error);
        if (error != LogError.None)
            return false;
        signature.Add((ulong)request.Known);
        // A text that reached past the line would throw here.
        var text = new byte[line.Length];
        ReadOnlySpan<LogText> parts =
        [
            request.Request, request.Method, request.Path, request.Query, request.Protocol, request.Referer, request.UserAgent, request.Host, request.ForwardedFor,
        ];
        foreach (var part in parts)
            FuzzFault.Holds(LogUnescape.Write(part.In(line), request.Escapes, text) <= part.Length, "a text grew without its escapes");
        FuzzFault.Holds(request.DurationNanoseconds >= 0 && request.UpstreamNanoseconds >= 0, "a negative duration");
        FuzzFault.Holds(request.Status <= 999, $"status {request.Status}");
        return true;
    }

    private static long Allocated(LogDecoder decoder, byte[] line)
    {
        var request = default(LogRequest);
        var meter = AllocationMeter.Start();
        decoder.Decode(line, ref request);
        return meter.Bytes;
    }

    private static void PlantedEscape(ReadOnlySpan<byte> line)
    {
#if PLANTED_BUGS
        for (var at = line.IndexOf((byte)'"'); at >= 0 && at < line.Length; at++)
        {
            if (line[at] == '\\')
                at += line[at + 1] == 'x' ? 3 : 1;
        }
#endif
    }
}
