namespace Breakwater.Wire.AccessLog;

/// <summary>Puts the text of one field into its place in the request.</summary>
internal static class FieldStore
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    /// <summary>Stores a field; "-" and nothing are unknown.</summary>
    public static LogError Store(LogField field, ReadOnlySpan<byte> line, LogText text, ref LogTime time, ref LogRequest request)
    {
        if (field == LogField.Skipped)
            return LogError.None;
        var bytes = text.In(line);
        if (bytes is [] or [(byte)'-'])
            return Unknown(field, text, ref request);
        switch (field)
        {
            case LogField.Client:
                if (LogAddress.TryParseEndpoint(bytes, out request.Client))
                    request.Known |= LogFields.Client;
                return LogError.None;
            case LogField.ClientAddress:
                return Address(LogAddress.TryParse(bytes, out request.Client), ref request);
            case LogField.ClientEndpoint:
                return Address(LogAddress.TryParseEndpoint(bytes, out request.Client), ref request);
            case LogField.PeerAddress:
                if (LogAddress.TryParseEndpoint(bytes, out request.Peer))
                    request.Known |= LogFields.Peer;
                return LogError.None;
            case <= LogField.UtcTimeOfDay and >= LogField.CommonTime:
                return StoreTime(field, bytes, ref time, ref request);
            case LogField.RequestLine:
                RequestLine.Read(line, text, ref request);
                return LogError.None;
            case LogField.Logger:
                return bytes.StartsWith("http.log.access"u8) ? LogError.None : LogError.NoRequest;
            case LogField.Target:
                RequestLine.ReadTarget(line, text, ref request);
                return LogError.None;
            case LogField.Status:
                return StoreStatus(bytes, ref request);
            case LogField.Bytes or LogField.BytesOrDash:
                if (!LogNumbers.TryParse(bytes is [(byte)'+', ..] ? bytes[1..] : bytes, out request.Bytes))
                    return LogError.BadNumber;
                request.Known |= LogFields.Bytes;
                return LogError.None;
            case >= LogField.DurationSeconds:
                return StoreDuration(field, bytes, ref request);
            default:
                StoreText(field, text, ref request);
                return LogError.None;
        }
    }

    private static LogError Unknown(LogField field, LogText text, ref LogRequest request)
    {
        switch (field)
        {
            case LogField.ClientAddress or LogField.ClientEndpoint:
                return LogError.BadAddress;
            case <= LogField.UtcTimeOfDay and >= LogField.CommonTime:
                return LogError.BadTime;
            case LogField.RequestLine:
                request.Request = text;
                request.Known |= LogFields.Request;
                return LogError.None;
            case LogField.BytesOrDash when text.Length == 1:
                request.Bytes = 0;
                request.Known |= LogFields.Bytes;
                return LogError.None;
            default:
                return LogError.None;
        }
    }

    private static LogError Address(bool isAddress, ref LogRequest request)
    {
        if (!isAddress)
            return LogError.BadAddress;
        request.Known |= LogFields.Client;
        return LogError.None;
    }

    private static LogError StoreTime(LogField field, ReadOnlySpan<byte> bytes, ref LogTime time, ref LogRequest request)
    {
        long value;
        var isTime = field switch
        {
            LogField.CommonTime => time.TryParseCommon(bytes, out value) && bytes.Length == LogTime.CommonLength,
            LogField.LocalTime => LogTime.TryParseLocal(bytes, out value),
            LogField.IsoTime => LogTime.TryParseIso(bytes, out value),
            LogField.UnixSeconds => LogNumbers.TryParseScaled(bytes, Second, out value),
            LogField.UnixMilliseconds => LogNumbers.TryParseScaled(bytes, 1, out value) && TryScale(Millisecond, ref value),
            LogField.UnixMicroseconds => LogNumbers.TryParseScaled(bytes, 1, out value) && TryScale(1_000, ref value),
            LogField.UtcDate => LogTime.TryParseDate(bytes, out value) && TryScale(Second, ref value),
            LogField.UtcTimeOfDay => LogTime.TryParseClock(bytes, out value) && TryScale(Second, ref value),
            _ => LogTime.TryParseIso(bytes, out value) || time.TryParseCommon(bytes, out value) || LogNumbers.TryParseScaled(bytes, Second, out value),
        };
        if (!isTime)
            return LogError.BadTime;
        // Date and time of day come apart, and make one time.
        var isPart = field is LogField.UtcDate or LogField.UtcTimeOfDay;
        request.TimeNanoseconds = isPart ? request.TimeNanoseconds + value : value;
        request.Known |= field == LogField.LocalTime ? LogFields.Time | LogFields.ZoneAssumed : LogFields.Time;
        return LogError.None;
    }

    private static LogError StoreStatus(ReadOnlySpan<byte> bytes, ref LogRequest request)
    {
        if (bytes.SequenceEqual("-1"u8))
            return LogError.None; // HAProxy: no answer was sent
        if (bytes.Length > 3 || !LogNumbers.TryParse(bytes, out var status))
            return LogError.BadNumber;
        request.Status = (ushort)status;
        request.Known |= LogFields.Status;
        return LogError.None;
    }

    private static LogError StoreDuration(LogField field, ReadOnlySpan<byte> bytes, ref LogRequest request)
    {
        long scale = field switch
        {
            LogField.DurationNanoseconds or LogField.UpstreamNanoseconds => 1,
            LogField.DurationMicroseconds => 1_000,
            LogField.DurationMilliseconds or LogField.UpstreamMilliseconds => Millisecond,
            _ => Second,
        };
        if (field == LogField.Timers)
            return StoreTimers(bytes, ref request);
        if (field is LogField.UpstreamSeconds)
            return StoreUpstream(bytes, ref request);
        if (field is LogField.DurationPart or LogField.UpstreamPart && bytes is [(byte)'-', ..])
            return LogError.None; // ALB: -1, it did not come so far
        if (!LogNumbers.TryParseScaled(bytes, scale, out var value))
            return LogError.BadNumber;
        if (field is LogField.UpstreamPart or LogField.UpstreamMilliseconds or LogField.UpstreamNanoseconds)
        {
            request.UpstreamNanoseconds = value;
            request.Known |= LogFields.Upstream;
        }

        if (field is LogField.UpstreamMilliseconds or LogField.UpstreamNanoseconds)
            return LogError.None;
        var isPart = field is LogField.UpstreamPart or LogField.DurationPart;
        return TryAdd(value, isPart ? request.DurationNanoseconds : 0, ref request) ? LogError.None : LogError.BadNumber;
    }

    private static bool TryAdd(long value, long before, ref LogRequest request)
    {
        if (value > long.MaxValue - before)
            return false;
        request.DurationNanoseconds = before + value;
        request.Known |= LogFields.Duration;
        return true;
    }

    // nginx: attempts are separated by commas, internal redirects by colons; "-" did not answer.
    private static LogError StoreUpstream(ReadOnlySpan<byte> bytes, ref LogRequest request)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)',', (byte)':');
            var part = (end < 0 ? bytes : bytes[..end]).Trim((byte)' ');
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (part is [(byte)'-'])
                continue;
            if (!LogNumbers.TryParseScaled(part, Second, out var value) || value > long.MaxValue - request.UpstreamNanoseconds)
                return LogError.BadNumber;
            request.UpstreamNanoseconds += value;
            request.Known |= LogFields.Upstream;
        }

        return LogError.None;
    }

    // TR/Tw/Tc/Tr/Ta: the fourth is the server's answer, the last the whole; -1 where it did not come so far, + where it was still going on.
    private static LogError StoreTimers(ReadOnlySpan<byte> bytes, ref LogRequest request)
    {
        for (var place = 1; place <= 5; place++)
        {
            var end = place == 5 ? bytes.Length : bytes.IndexOf((byte)'/');
            if (end < 0)
                return LogError.BadNumber;
            var part = bytes[..end];
            bytes = end == bytes.Length ? default : bytes[(end + 1)..];
            if (part.SequenceEqual("-1"u8))
                continue;
            if (!LogNumbers.TryParseScaled(part is [(byte)'+', ..] ? part[1..] : part, 1, out var value) || !TryScale(Millisecond, ref value))
                return LogError.BadNumber;
            if (place == 4)
                (request.UpstreamNanoseconds, request.Known) = (value, request.Known | LogFields.Upstream);
            if (place == 5)
                (request.DurationNanoseconds, request.Known) = (value, request.Known | LogFields.Duration);
        }

        return LogError.None;
    }

    private static bool TryScale(long scale, ref long value)
    {
        if (value > long.MaxValue / scale)
            return false;
        value *= scale;
        return true;
    }

    private static void StoreText(LogField field, LogText text, ref LogRequest request)
    {
        switch (field)
        {
            case LogField.Method:
                (request.Method, request.Known) = (text, request.Known | LogFields.Method);
                break;
            case LogField.Path:
                (request.Path, request.Known) = (text, request.Known | LogFields.Path);
                break;
            case LogField.Query:
                (request.Query, request.Known) = (text, request.Known | LogFields.Query);
                break;
            case LogField.Protocol:
                (request.Protocol, request.Known) = (text, request.Known | LogFields.Protocol);
                break;
            case LogField.Referer:
                (request.Referer, request.Known) = (text, request.Known | LogFields.Referer);
                break;
            case LogField.UserAgent:
                (request.UserAgent, request.Known) = (text, request.Known | LogFields.UserAgent);
                break;
            case LogField.Host:
                (request.Host, request.Known) = (text, request.Known | LogFields.Host);
                break;
            case LogField.OtherHost when !request.Knows(LogFields.Host):
                (request.Host, request.Known) = (text, request.Known | LogFields.Host);
                break;
            case LogField.ForwardedFor:
                (request.ForwardedFor, request.Known) = (text, request.Known | LogFields.ForwardedFor);
                break;
        }
    }
}
