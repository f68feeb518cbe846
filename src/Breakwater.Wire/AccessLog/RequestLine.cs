namespace Breakwater.Wire.AccessLog;

/// <summary>The request line (RFC 9112 §3) and its target, as far as what a client sent is one.</summary>
internal static class RequestLine
{
    /// <summary>Splits a request line. What is none (octets of TLS, "-") stays known as <see cref="LogRequest.Request"/> alone.</summary>
    public static void Read(ReadOnlySpan<byte> line, LogText text, ref LogRequest request)
    {
        request.Request = text;
        request.Known |= LogFields.Request;
        var bytes = text.In(line);
        var space = bytes.IndexOf((byte)' ');
        if (space <= 0 || !IsMethod(bytes[..space]))
            return;
        var rest = bytes[(space + 1)..];
        var last = rest.LastIndexOf((byte)' ');
        if (last >= 0 && rest[(last + 1)..].StartsWith("HTTP/"u8))
        {
            Set(ref request.Protocol, LogFields.Protocol, text.Offset + space + 1 + last + 1, rest.Length - last - 1, ref request);
            rest = rest[..last];
        }
        else if (last >= 0 || rest is not [(byte)'/', ..])
        {
            return; // only HTTP/0.9 has no protocol, and its target no space
        }

        Set(ref request.Method, LogFields.Method, text.Offset, space, ref request);
        ReadTarget(line, new LogText(text.Offset + space + 1, rest.Length), ref request);
    }

    /// <summary>Splits a target into path and query; scheme and host of an absolute one (RFC 9112 §3.2.2) are the host that was asked.</summary>
    public static void ReadTarget(ReadOnlySpan<byte> line, LogText text, ref LogRequest request)
    {
        var bytes = text.In(line);
        var start = 0;
        request.Known &= ~LogFields.Query;
        if (bytes is not [(byte)'/', ..] && bytes.IndexOf("://"u8) is var scheme and > 0 && !bytes[..scheme].ContainsAny((byte)'/', (byte)'?'))
        {
            var authority = bytes[(scheme + 3)..];
            var end = authority.IndexOfAny((byte)'/', (byte)'?');
            var length = end < 0 ? authority.Length : end;
            start = scheme + 3 + length;
            if (length > 0 && (request.Known & LogFields.Host) == 0)
                Set(ref request.Host, LogFields.Host, text.Offset + scheme + 3, length, ref request);
        }

        var question = bytes[start..].IndexOf((byte)'?');
        var pathLength = question < 0 ? bytes.Length - start : question;
        Set(ref request.Path, LogFields.Path, text.Offset + start, pathLength, ref request);
        if (question >= 0)
            Set(ref request.Query, LogFields.Query, text.Offset + start + question + 1, bytes.Length - start - question - 1, ref request);
    }

    // RFC 9110 §9.1: case-sensitive tokens; all that are in use are of capital letters, with a hyphen or underscore.
    private static bool IsMethod(ReadOnlySpan<byte> text)
    {
        if (text.Length > 32)
            return false;
        foreach (var octet in text)
        {
            if (octet is not (>= (byte)'A' and <= (byte)'Z') and not (byte)'-' and not (byte)'_')
                return false;
        }

        return true;
    }

    private static void Set(ref LogText member, LogFields field, int offset, int length, ref LogRequest request)
    {
        member = new LogText(offset, length);
        request.Known |= field;
    }
}
