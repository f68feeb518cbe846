using System.Text;
using Breakwater.Wire;

namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// What a TCP or UDP payload is, read from the standards with strings and indexes. Every reader that the ports allow is asked; where
/// two of them recognise something, which one counts is the product's choice, and the slow reader says nothing.
/// </summary>
internal sealed class NaiveApplication
{
    private static readonly string[] _httpMethods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private readonly byte[] _bytes;
    private readonly int _stated;

    /// <summary>The sign; null where the slow reader does not insist.</summary>
    public ApplicationSign? Sign { get; private set; }

    /// <summary>Offset of the text that the resource's hash is made of, and the offset behind it; equal when there is none.</summary>
    public (int Start, int End) Resource { get; private set; }

    /// <summary>As <see cref="Resource"/>, for the variant.</summary>
    public (int Start, int End) Variant { get; private set; }

    /// <summary>True when the hashes are of lower-cased text.</summary>
    public bool IgnoresCase => Sign is ApplicationSign.DnsQuery or ApplicationSign.DnsResponse or ApplicationSign.TlsClientHello;

    private NaiveApplication(byte[] bytes, int stated) => (_bytes, _stated) = (bytes, stated);

    /// <summary>Reads a payload of TCP (6) or UDP (17).</summary>
    /// <param name="payload">What was captured.</param>
    /// <param name="stated">Its length by the headers.</param>
    public static NaiveApplication Read(byte[] payload, int stated, int protocol, int source, int destination)
    {
        var reader = new NaiveApplication(payload, stated);
        reader.Sign = payload.Length == 0 ? ApplicationSign.None : protocol == 6 ? reader.Tcp() : reader.Udp(source, destination);
        return reader;
    }

    private ApplicationSign? Tcp()
    {
        if (_bytes[0] == 22)
            return Tls();
        var text = Encoding.Latin1.GetString(_bytes);
        if (text.StartsWith("HTTP/1.", StringComparison.Ordinal))
            return ApplicationSign.HttpResponse;
        var sip = Sip(text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (sip is not ApplicationSign.None || space < 0 || !_httpMethods.Contains(text[..space]))
            return sip;

        // OPTIONS of RTSP and ICAP look like that of HTTP with a proxy's target; elsewhere the method is enough.
        var target = text[(space + 1)..];
        if (text[0] == 'O' && (target.Length == 0 || !"/*hH".Contains(target[0], StringComparison.Ordinal)))
            return null;
        HttpTarget(text, space + 1);
        return ApplicationSign.HttpRequest;
    }

    // RFC 9112 §3: a target ends at a space, or at the end of a broken line; RFC 3986 §3.4: its query begins at the first question mark.
    private void HttpTarget(string text, int start)
    {
        var path = text.IndexOfAny(['?', ' ', '\r', '\n'], start);
        if (path < 0)
            return;
        Resource = (0, path);
        if (text[path] != '?')
            return;
        var end = text.IndexOfAny([' ', '\r', '\n'], path);
        Variant = (path + 1, end < 0 ? text.Length : end);
    }

    // RFC 3261 §7.1, §7.2, §25.1; methods longer than any that is registered are not insisted on.
    private static ApplicationSign? Sip(string text)
    {
        if (text.StartsWith("SIP/2.0 ", StringComparison.Ordinal))
            return ApplicationSign.SipResponse;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || !text[..space].All(char.IsAsciiLetterUpper))
            return ApplicationSign.None;
        string[] schemes = ["sip:", "sips:", "tel:"];
        if (!Array.Exists(schemes, scheme => text[(space + 1)..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
            return ApplicationSign.None;
        return space > 16 ? null : ApplicationSign.SipRequest;
    }

    // RFC 8446 §5.1, §4; versions that were never given out are not insisted on.
    private ApplicationSign? Tls()
    {
        if (_bytes.Length < 6 || _bytes[5] != 1)
            return ApplicationSign.None;
        if (_bytes[1] != 3 || _bytes[2] > 4 || U16(3) is < 4 or > 16384)
            return _bytes[1] == 3 && _bytes[2] <= 4 ? ApplicationSign.None : null;
        var end = Math.Min(_bytes.Length, 5 + U16(3));
        var at = 5 + 4 + 2 + 32;
        at = at < end ? at + 1 + _bytes[at] : end;
        at = at + 2 <= end ? at + 2 + U16(at) : end;
        at = at < end ? at + 1 + _bytes[at] : end;
        if (at + 2 > end)
            return ApplicationSign.TlsClientHello;
        end = Math.Min(end, at + 2 + U16(at));
        at += 2;
        for (var count = 0; at + 4 <= end && count < 64; count++)
        {
            var next = at + 4 + U16(at + 2);
            if (U16(at) == 0)
            {
                // RFC 6066 §3: list length 2, type 1 (0: host_name), length 2, name
                if (next <= end && next >= at + 9 && _bytes[at + 6] == 0 && U16(at + 7) > 0 && at + 9 + U16(at + 7) <= next)
                    Resource = (at + 9, at + 9 + U16(at + 7));
                break;
            }

            at = next;
        }

        return ApplicationSign.TlsClientHello;
    }

    private ApplicationSign? Udp(int source, int destination)
    {
        var text = Encoding.Latin1.GetString(_bytes);
        bool IsPort(int port) => source == port || destination == port;
        ApplicationSign?[] signs =
        [
            IsPort(53) || IsPort(5353) ? Dns() : ApplicationSign.None,
            IsPort(123) ? Ntp() : ApplicationSign.None,
            IsPort(67) || IsPort(68) ? Dhcp() : ApplicationSign.None,
            source == 11211 ? Memcached(text) : ApplicationSign.None,
            text.StartsWith("HTTP/1.", StringComparison.Ordinal) ? ApplicationSign.SsdpResponse : ApplicationSign.None,
            text.StartsWith("M-SEARCH * HTTP/1.", StringComparison.Ordinal) ? ApplicationSign.SsdpSearch : ApplicationSign.None,
            Sip(text),
            Quic(),
        ];
        var found = signs.Where(sign => sign != ApplicationSign.None).ToList();
        return found.Count switch { 0 => ApplicationSign.None, 1 => found[0], _ => null };
    }

    // RFC 1035 §4.1: header of 12, questions of at least 5, records of at least 11 octets.
    private ApplicationSign Dns()
    {
        if (_bytes.Length < 12)
            return ApplicationSign.None;
        var isResponse = _bytes[2] >= 0x80;
        var (questions, records) = (U16(4), U16(6) + U16(8) + U16(10));
        if (((_bytes[2] >> 3) & 15) is 3 or > 5 || 12 + (5 * questions) + (11 * records) > _stated)
            return ApplicationSign.None;
        if (questions + records == 0 && (!isResponse || (_bytes[3] & 15) == 0))
            return ApplicationSign.None;
        if (questions > 0)
            DnsName();
        return isResponse ? ApplicationSign.DnsResponse : ApplicationSign.DnsQuery;
    }

    // §3.1: labels of at most 63 octets, the name of at most 255 with all its lengths.
    private void DnsName()
    {
        var labels = new List<int>();
        var at = 12;
        while (at < _bytes.Length && _bytes[at] is > 0 and <= 63)
        {
            labels.Add(at);
            at += 1 + _bytes[at];
        }

        if (at + 3 > _bytes.Length || _bytes[at] != 0 || at + 1 - 12 > 255)
            return;
        Resource = (labels.Count < 2 ? 12 : labels[^2], at + 1);
        Variant = (12, at + 3);
    }

    // RFC 5905 §7.3, RFC 9327 §2, ntp_request.h
    private ApplicationSign Ntp()
    {
        var (mode, version) = (_bytes[0] & 7, (_bytes[0] >> 3) & 7);
        if (version is 0 or > 4)
            return ApplicationSign.None;
        return mode switch
        {
            3 when _stated >= 48 => ApplicationSign.NtpClient,
            4 when _stated >= 48 => ApplicationSign.NtpServer,
            6 when _bytes[0] < 64 && _bytes.Length >= 12 && U16(10) + 12 <= _stated => ApplicationSign.NtpMode6,
            7 when _bytes.Length >= 3 && _stated >= 8 && _bytes[2] is 0 or 2 or 3 => ApplicationSign.NtpMode7,
            _ => ApplicationSign.None,
        };
    }

    // RFC 2131 §2, §3
    private ApplicationSign Dhcp()
    {
        if (_bytes.Length < 240 || U16(236) != 0x6382 || U16(238) != 0x5363)
            return ApplicationSign.None;
        return _bytes[0] switch { 1 => ApplicationSign.DhcpRequest, 2 => ApplicationSign.DhcpReply, _ => ApplicationSign.None };
    }

    // memcached's protocol.txt, "UDP protocol"
    private ApplicationSign Memcached(string text)
    {
        if (_bytes.Length < 8 || U16(2) >= U16(4) || U16(6) != 0)
            return ApplicationSign.None;
        var line = text[8..];
        string[] words = ["VALUE ", "STAT ", "END\r\n"];
        return U16(2) > 0 || Array.Exists(words, word => line.StartsWith(word, StringComparison.Ordinal))
            ? ApplicationSign.MemcachedResponse
            : ApplicationSign.None;
    }

    // RFC 9000 §17.2, RFC 9369 §3.2; the drafts 23 to 34 have the header of version 1.
    private ApplicationSign Quic()
    {
        if (_bytes.Length < 6 || _bytes[0] >> 6 != 3 || _bytes[5] > 20)
            return ApplicationSign.None;
        var type = (_bytes[0] >> 4) & 3;
        var version = ((long)U16(1) << 16) | (uint)U16(3);
        var isFirst = version is 1 or (>= 0xFF000017 and <= 0xFF000022);
        return (isFirst && type == 0) || (version == 0x6B3343CF && type == 1) ? ApplicationSign.QuicInitial : ApplicationSign.None;
    }

    private int U16(int at) => (_bytes[at] << 8) | _bytes[at + 1];
}
