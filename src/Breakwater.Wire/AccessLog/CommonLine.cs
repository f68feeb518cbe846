using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Breakwater.Wire.AccessLog;

/// <summary>
/// How most lines of the web begin: Common and Combined (<c>ADDRESS - - [TIME] "METHOD TARGET HTTP/1.1" STATUS BYTES "REFERER" "USER-AGENT"</c>), read in one
/// go. What is unusual about a line (IPv6, a user, an escape, a request that is none) is left to <see cref="PlanReader"/>, which reads the same from all others.
/// </summary>
/// <param name="Steps">How many steps of the plan are read here, the first ones.</param>
/// <param name="HasAgent">True when referer and user agent are among them.</param>
internal sealed record CommonLine(int Steps, bool HasAgent)
{
    /// <summary>The shortest line that is read here: what is loaded before it is looked at lies within.</summary>
    private const int ShortestLine = LogMarks.BlockOctets;

    private const int ProtocolLength = 8; // HTTP/1.1
    private const int LongestNumber = 18;
    private const LogFields Always = LogFields.Client | LogFields.Time | LogFields.Request | LogFields.Method | LogFields.Path | LogFields.Protocol | LogFields.Status | LogFields.Bytes;

    /// <summary>Finds how a plan begins; null when it begins otherwise.</summary>
    public static CommonLine? Of(byte[] before, ReadOnlySpan<LogStep> steps)
    {
        if (before.Length > 0 || steps.IsEmpty || steps[0].Field is not (LogField.ClientAddress or LogField.Client))
            return null;
        // "- -" are two words that are passed over, or, in nginx's own format, a literal and one.
        var client = steps[0].Field;
        var user = Begins(steps, (client, " "), (LogField.Skipped, " "), (LogField.Skipped, " [")) ? 3
            : Begins(steps, (client, " - "), (LogField.Skipped, " [")) ? 2 : 0;
        if (user == 0 || !Begins(steps[user..], (LogField.CommonTime, "] \""), (LogField.RequestLine, "\" "), (LogField.Status, " ")))
            return null;
        var rest = steps[(user + 3)..];
        if (rest.IsEmpty || rest[0].Field is not (LogField.Bytes or LogField.BytesOrDash))
            return null;
        if (rest.Length >= 3 && Begins(rest, (rest[0].Field, " \""), (LogField.Referer, "\" \"")) && rest[2].Field == LogField.UserAgent && rest[2].After is [(byte)'"', ..])
            return new CommonLine(user + 6, HasAgent: true);
        return rest[0].After.Length == 0 ? new CommonLine(user + 4, HasAgent: false) : null;
    }

    /// <summary>Reads the beginning of a line; what it writes into the request counts only when it succeeds.</summary>
    /// <returns>Where the rest begins; -1: the line has to be read otherwise.</returns>
    public int Read(ReadOnlySpan<byte> line, ref LogTime time, ref LogRequest request)
    {
        if (line.Length < ShortestLine)
            return -1;
        // Address and time end within the shortest line.
        ref var start = ref MemoryMarshal.GetReference(line);
        var at = DottedQuad.Read(ref start, out request.Client);
        if (at == 0 || !line[at..].StartsWith(" - - ["u8))
            return -1;
        at += 6;
        if (!time.TryParseCommon(line[at..], out request.TimeNanoseconds) || !line[(at + LogTime.CommonLength)..].StartsWith("] \""u8))
            return -1;
        at += LogTime.CommonLength + 3;
        var marks = new LogMarks(line, at);
        at = ReadRequest(line, at, ref marks, ref request);
        if (at < 0 || line.Length - at < 5 || !TryReadStatus(line[at..], ref request))
            return -1;
        at = ReadBytes(line, at + 4, ref request);
        if (at < 0)
            return -1;
        request.Known |= Always;
        return HasAgent ? ReadAgent(line, at, ref marks, ref request) : at;
    }

    private static bool Begins(ReadOnlySpan<LogStep> steps, params ReadOnlySpan<(LogField Field, string After)> wanted)
    {
        if (steps.Length < wanted.Length)
            return false;
        for (var index = 0; index < wanted.Length; index++)
        {
            if (steps[index].Field != wanted[index].Field || !System.Text.Ascii.Equals(steps[index].After, wanted[index].After))
                return false;
        }

        return true;
    }

    /// <summary>Method, target from its slash on, protocol, closing quote and space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadRequest(ReadOnlySpan<byte> line, int start, ref LogMarks marks, ref LogRequest request)
    {
        var (block, end) = (marks.Block, marks.Next());
        var method = MethodLength(line[start..]);
        var (path, target) = (start + method + 1, end - ProtocolLength - 1);
        if (method == 0 || target <= path || line.Length < end + 2 || line[end] != '"' || line[end + 1] != ' ' || line[path] != '/')
            return -1;
        var protocol = BinaryPrimitives.ReadUInt64BigEndian(line[(end - ProtocolLength)..]);
        if (line[target] != ' ' || (protocol & 0xFFFF_FFFF_FFF0_FFF0) != 0x4854_5450_2F30_2E30) // HTTP/0.0, and so on to a few octets behind the digits
            return -1;
        request.Request = new LogText(start, end - start);
        request.Method = new LogText(start, method);
        request.Protocol = new LogText(end - ProtocolLength, ProtocolLength);
        var question = QuestionIn(line, path, target, block, marks.Questions);
        request.Path = new LogText(path, (question < 0 ? target : question) - path);
        if (question >= 0)
        {
            request.Query = new LogText(question + 1, target - question - 1);
            request.Known = LogFields.Query;
        }

        return end + 2;
    }

    /// <summary>The first question mark of a target; -1 without one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int QuestionIn(ReadOnlySpan<byte> line, int path, int target, int block, ulong questions)
    {
        if (target - block < LogMarks.BlockOctets)
        {
            questions &= (ulong.MaxValue << (path - block)) & ~(ulong.MaxValue << (target - block));
            return questions == 0 ? -1 : block + BitOperations.TrailingZeroCount(questions);
        }

        var found = line[path..target].IndexOf((byte)'?');
        return found < 0 ? -1 : path + found;
    }

    /// <summary>Length of a usual method before its space; 0 for others.</summary>
    private static int MethodLength(ReadOnlySpan<byte> text)
    {
        var octets = BinaryPrimitives.ReadUInt64BigEndian(text);
        if (octets >> 32 == 0x4745_5420) // "GET "
            return 3;
        if (octets >> 24 is 0x50_4F53_5420 or 0x48_4541_4420) // "POST ", "HEAD "
            return 4;
        return 0;
    }

    // Three digits and a space.
    private static bool TryReadStatus(ReadOnlySpan<byte> text, ref LogRequest request)
    {
        var (hundreds, tens, ones) = ((uint)text[0] - '0', (uint)text[1] - '0', (uint)text[2] - '0');
        request.Status = (ushort)((hundreds * 100) + (tens * 10) + ones);
        return hundreds <= 9 && tens <= 9 && ones <= 9 && text[3] == ' ';
    }

    /// <summary>Digits, up to the space or the end of the line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadBytes(ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        if (line.Length - start >= sizeof(ulong))
        {
            // Up to seven digits at once: all eight octets less '0', of which the lowest that is no digit has a high bit set.
            var octets = BinaryPrimitives.ReadUInt64LittleEndian(line[start..]) ^ 0x3030_3030_3030_3030;
            var others = ((octets + 0x7676_7676_7676_7676) | octets) & 0x8080_8080_8080_8080;
            var length = BitOperations.TrailingZeroCount(others) >> 3;
            if (length is > 0 and < sizeof(ulong))
            {
                request.Bytes = EightDigits(octets << (64 - (length * 8)));
                return line[start + length] == ' ' ? start + length : -1;
            }
        }

        return ReadLongBytes(line, start, ref request);
    }

    private static int ReadLongBytes(ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        ulong value = 0;
        var at = start;
        for (; at < line.Length && (uint)(line[at] - '0') is var digit && digit <= 9; at++)
            value = (value * 10) + digit;
        request.Bytes = value;
        return at > start && at - start <= LongestNumber && (at == line.Length || line[at] == ' ') ? at : -1;
    }

    /// <summary>The number of eight decimal digits, an octet each, the first the lowest: pairs, then pairs of these, then of these.</summary>
    private static ulong EightDigits(ulong digits)
    {
        var pairs = (digits * 10) + (digits >> 8);
        return (((pairs & 0x0000_00FF_0000_00FF) * 0x000F_4240_0000_0064) + (((pairs >> 16) & 0x0000_00FF_0000_00FF) * 0x0000_2710_0000_0001)) >> 32;
    }

    /// <summary>Referer and user agent in their quotes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadAgent(ReadOnlySpan<byte> line, int start, ref LogMarks marks, ref LogRequest request)
    {
        // "REFERER" "AGENT": four marks, of which none may be a backslash.
        var open = marks.Next();
        if (open != start + 1 || line[start] != ' ' || line[open] != '"')
            return -1;
        var end = marks.Next();
        if (end < 0 || !line[end..].StartsWith("\" \""u8) || marks.Next() != end + 2)
            return -1;
        var close = marks.Next();
        if (close < 0 || line[close] != '"')
            return -1;
        var (referer, agent) = (new LogText(open + 1, end - open - 1), new LogText(end + 3, close - end - 3));
        if (IsKnown(line, referer))
            (request.Referer, request.Known) = (referer, request.Known | LogFields.Referer);
        if (IsKnown(line, agent))
            (request.UserAgent, request.Known) = (agent, request.Known | LogFields.UserAgent);
        return close;
    }

    private static bool IsKnown(ReadOnlySpan<byte> line, LogText text) => text.Length > 1 || (text.Length == 1 && line[text.Offset] != '-');
}
