using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    private const int ShortestLine = 64;

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
        var at = ReadAddress(line, ref request);
        if (at < 0 || !line[at..].StartsWith(" - - ["u8))
            return -1;
        at += 6;
        if (!time.TryParseCommon(line[at..], out request.TimeNanoseconds) || !line[(at + LogTime.CommonLength)..].StartsWith("] \""u8))
            return -1;
        at = ReadRequest(line, at + LogTime.CommonLength + 3, ref request);
        if (at < 0 || line.Length - at < 5 || !TryReadStatus(line[at..], ref request))
            return -1;
        at = ReadBytes(line, at + 4, ref request);
        if (at < 0)
            return -1;
        request.Known |= Always;
        return HasAgent ? ReadAgent(line, at, ref request) : at;
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

    /// <summary>An IPv4 address in dots, the first thing in the line.</summary>
    private static int ReadAddress(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        var text = Vector128.Create(line[..16]);
        var dots = Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits();
        var others = ~Vector128.LessThan(text - Vector128.Create((byte)'0'), Vector128.Create((byte)10)).ExtractMostSignificantBits() & ~dots;
        var end = BitOperations.TrailingZeroCount(others);
        // Of an address and nothing else: three dots before the first other octet.
        dots &= (1u << end) - 1;
        if (end > 15 || BitOperations.PopCount(dots) != 3)
            return -1;
        ref var start = ref MemoryMarshal.GetReference(line);
        uint address = 0;
        var from = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = part == 3 ? end : BitOperations.TrailingZeroCount(dots);
            dots &= dots - 1;
            var length = dot - from;
            var octets = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, from));
            // 01 is octal to some: PlanReader says what it is.
            if (length is < 1 or > 3 || (length > 1 && (byte)octets == '0'))
                return -1;
            // The digits at the end of four octets: nothing or hundreds, nothing or tens, ones.
            var digits = (octets & 0x0F0F_0F0F) << (32 - (length * 8));
            var value = (((digits >> 8) & 0xF) * 100) + (((digits >> 16) & 0xF) * 10) + (digits >> 24);
            if (value > 255)
                return -1;
            address = (address << 8) | value;
            from = dot + 1;
        }

        request.Client = Address.FromIPv4(address);
        return end;
    }

    /// <summary>Method, target from its slash on, protocol, closing quote and space.</summary>
    private static int ReadRequest(ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        var text = line[start..];
        var end = text.IndexOfAny((byte)'"', (byte)'\\');
        var method = MethodLength(text);
        var target = end - ProtocolLength - 1;
        if (method == 0 || target <= method + 1 || text.Length < end + 2 || text[end] != '"' || text[end + 1] != ' ' || text[method + 1] != '/')
            return -1;
        var protocol = BinaryPrimitives.ReadUInt64BigEndian(text[(end - ProtocolLength)..]);
        if (text[target] != ' ' || (protocol & 0xFFFF_FFFF_FFF0_FFF0) != 0x4854_5450_2F30_2E30) // HTTP/0.0, and so on to a few octets behind the digits
            return -1;
        request.Request = new LogText(start, end);
        request.Method = new LogText(start, method);
        request.Protocol = new LogText(start + end - ProtocolLength, ProtocolLength);
        var path = text[(method + 1)..target];
        var question = path.IndexOf((byte)'?');
        request.Path = new LogText(start + method + 1, question < 0 ? path.Length : question);
        if (question >= 0)
        {
            request.Query = new LogText(start + method + question + 2, path.Length - question - 1);
            request.Known = LogFields.Query;
        }

        return start + end + 2;
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
    private static int ReadBytes(ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        ulong value = 0;
        var at = start;
        for (; at < line.Length && (uint)(line[at] - '0') is var digit && digit <= 9; at++)
            value = (value * 10) + digit;
        request.Bytes = value;
        return at > start && at - start <= LongestNumber && (at == line.Length || line[at] == ' ') ? at : -1;
    }

    /// <summary>Referer and user agent in their quotes.</summary>
    private static int ReadAgent(ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        var text = line[start..];
        if (!text.StartsWith(" \""u8))
            return -1;
        var end = text[2..].IndexOfAny((byte)'"', (byte)'\\') + 2;
        if (end < 2 || !text[end..].StartsWith("\" \""u8))
            return -1;
        var agent = text[(end + 3)..];
        var length = agent.IndexOfAny((byte)'"', (byte)'\\');
        if (length < 0 || agent[length] != '"')
            return -1;
        if (IsKnown(text[2..end]))
            (request.Referer, request.Known) = (new LogText(start + 2, end - 2), request.Known | LogFields.Referer);
        if (IsKnown(agent[..length]))
            (request.UserAgent, request.Known) = (new LogText(start + end + 3, length), request.Known | LogFields.UserAgent);
        return start + end + 3 + length;
    }

    private static bool IsKnown(ReadOnlySpan<byte> text) => text is not ([] or [(byte)'-']);
}
