using Breakwater.Fuzz.Engine;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Fuzz.Targets;

/// <summary>A stream of syslog, cut into messages as it stands and in two pieces: both ways find the same messages, and take every octet once.</summary>
internal sealed class SyslogFramingTarget : FuzzTarget
{
    private const int Longest = 64;

    public override string Name => "syslog-framing";

    public override PlantedBug Planted => new(FaultKind.Exception, "a length is believed");

    public override int CapacityBytes => 512;

    public override byte[][] Tokens => [[.. "<190>"u8], [.. "8 "u8], [.. "12 "u8], [.. "\n"u8], [.. "99999999 "u8], [.. "0 "u8], [.. "192.0.2.1 - -"u8]];

    public override IEnumerable<byte[]> Seeds() =>
    [
        [.. "<190>Oct 11 22:14:15 host nginx: a\n<190>b\n"u8],
        [.. "8 <190>one9 <190>two!"u8],
        [.. "<1>0123456789012345678901234567890123456789012345678901234567890123456789\n3 abc"u8],
    ];

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        PlantedLength(input);
        var signature = default(Signature);
        var (at, messages) = (0, 0);
        while (at < input.Length)
        {
            var cut = SyslogFraming.Take(input[at..], Longest, out var message, out var taken);
            signature.Add((ulong)cut);
            FuzzFault.Holds(message.Length <= Longest || cut == SyslogCut.TooLong, "a message is no longer than the limit");
            FuzzFault.Holds(cut is SyslogCut.Incomplete or SyslogCut.NoSyslog ? taken == 0 : taken > 0 && at + taken <= input.Length, "what is taken is there");
            if (cut is SyslogCut.Incomplete or SyslogCut.NoSyslog)
                break;
            // Less of the same stream is the same message, or not whole yet; a line that is too long may be noticed sooner.
            var part = SyslogFraming.Take(input.Slice(at, taken - 1), Longest, out _, out _);
            FuzzFault.Holds(cut == SyslogCut.TooLong || part is SyslogCut.Incomplete, "a message is whole with its last octet");
            messages++;
            at += taken;
        }

        signature.Add((ulong)messages);
        return new Outcome(signature.Value, messages > 0);
    }

    private static void PlantedLength(ReadOnlySpan<byte> input)
    {
#if PLANTED_BUGS
        if (input is [>= (byte)'1' and <= (byte)'9', (byte)' ', ..])
            _ = input.Slice(2, input[0] - '0').Length;
#endif
    }
}
