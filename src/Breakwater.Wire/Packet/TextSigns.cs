using System.Buffers;

namespace Breakwater.Wire.Packet;

/// <summary>Start lines of HTTP/1, SSDP and SIP.</summary>
internal static class TextSigns
{
    /// <summary>Octets of a request target that are looked at: a longer path has no hash, a longer query that of its beginning.</summary>
    public const int MaxTargetBytes = 2048;

    private const int LongestMethod = 16;

    // With so many octets every start is decided: a method, a space, and the longest scheme.
    private const int DecidedBytes = LongestMethod + 1 + 5;

    private static readonly SearchValues<byte> _endOfPath = SearchValues.Create("? \r\n"u8);

    private static readonly SearchValues<byte> _endOfTarget = SearchValues.Create(" \r\n"u8);

    /// <summary>Reads a TCP payload that begins with an upper-case letter, and the hashes of an HTTP request.</summary>
    public static ApplicationSign ReadTcp(ReadOnlySpan<byte> payload, ref FlowRecord flow)
    {
        if (payload.StartsWith("HTTP/1."u8))
            return ApplicationSign.HttpResponse;
        var sign = ReadSip(payload, out var method);
        if (sign != ApplicationSign.None || !IsHttpMethod(method))
            return sign;
        var target = payload[(method.Length + 1)..];

        // RTSP (RFC 7826) and ICAP (RFC 3507) have this method too: there, a URI of their own follows.
        if (method is [(byte)'O', ..] && target is not [(byte)'/' or (byte)'*' or (byte)'h' or (byte)'H', ..])
            return payload.Length < DecidedBytes ? ApplicationPeek.Undecided : ApplicationSign.None;
        ReadTarget(payload, method.Length + 1, ref flow);
        return ApplicationSign.HttpRequest;
    }

    /// <summary>Reads a UDP payload that begins with an upper-case letter.</summary>
    public static ApplicationSign ReadUdp(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith("HTTP/1."u8))
            return ApplicationSign.SsdpResponse;
        if (payload.StartsWith("M-SEARCH * HTTP/1."u8))
            return ApplicationSign.SsdpSearch;
        return ReadSip(payload, out _);
    }

    /// <summary>Reads a start line of SIP; without one, <paramref name="method"/> is the upper-case word in front of the first space, if any.</summary>
    private static ApplicationSign ReadSip(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> method)
    {
        method = default;
        if (payload.StartsWith("SIP/2.0 "u8))
            return ApplicationSign.SipResponse;
        var start = payload[..Math.Min(payload.Length, LongestMethod + 1)];
        var length = start.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        if (length > 0 && start[length] == ' ')
        {
            method = start[..length];
            var target = payload[(length + 1)..];
            if (IsScheme(target, "sip:"u8) || IsScheme(target, "sips:"u8) || IsScheme(target, "tel:"u8))
                return ApplicationSign.SipRequest;
            if (IsHttpMethod(method))
                return ApplicationSign.None;
        }

        return payload.Length < DecidedBytes ? ApplicationPeek.Undecided : ApplicationSign.None;
    }

    // A scheme is of any case (RFC 3986 §3.1).
    private static bool IsScheme(ReadOnlySpan<byte> target, ReadOnlySpan<byte> scheme)
    {
        if (target.Length < scheme.Length)
            return false;
        for (var index = 0; index < scheme.Length - 1; index++)
        {
            if ((target[index] | 0x20) != scheme[index])
                return false;
        }

        return target[scheme.Length - 1] == ':';
    }

    private static bool IsHttpMethod(ReadOnlySpan<byte> word) => word.Length switch
    {
        3 => word.SequenceEqual("GET"u8) || word.SequenceEqual("PUT"u8),
        4 => word.SequenceEqual("HEAD"u8) || word.SequenceEqual("POST"u8),
        5 => word.SequenceEqual("PATCH"u8) || word.SequenceEqual("TRACE"u8),
        6 => word.SequenceEqual("DELETE"u8),
        7 => word.SequenceEqual("OPTIONS"u8) || word.SequenceEqual("CONNECT"u8),
        _ => false,
    };

    // request-line = method SP request-target SP HTTP-version (RFC 9112 §3); the hash is of the target as it stands, nothing is normalised.
    private static void ReadTarget(ReadOnlySpan<byte> payload, int targetOffset, ref FlowRecord flow)
    {
        var target = payload[targetOffset..];
        target = target[..Math.Min(target.Length, MaxTargetBytes)];
        var path = target.IndexOfAny(_endOfPath);
        if (path < 0)
            return;
        flow.ApplicationResource = ContentHash.Of(payload[..(targetOffset + path)]);
        if (target[path] != '?')
            return;
        var query = target[(path + 1)..];
        var end = query.IndexOfAny(_endOfTarget);
        query = end < 0 ? query : query[..end];
        if (!query.IsEmpty)
            flow.ApplicationVariant = ContentHash.Of(query);
    }
}
