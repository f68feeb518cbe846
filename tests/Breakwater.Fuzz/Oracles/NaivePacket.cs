namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// The outermost IP header of a frame, read step by step with explicit indexes, from the RFCs and IEEE 802.1Q. Null members were not
/// in the captured bytes.
/// </summary>
internal sealed class NaivePacket
{
    // Every decoder has limits of its own beyond what networks send: from here on the slow reader does not insist.
    private const int CertainHeaders = 8;

    private readonly byte[] _frame;
    private readonly int _end;
    private int _linkHeaders;
    private int _statedEnd;

    public int Version { get; private set; }
    public byte[] Source { get; private set; } = [];
    public byte[] Destination { get; private set; } = [];
    public int Protocol { get; private set; }
    public int TypeOfService { get; private set; }
    public int TimeToLive { get; private set; }
    public int TotalLength { get; private set; }
    public int? FragmentOffset { get; private set; }
    public bool MoreFragments { get; private set; }
    public int? SourcePort { get; private set; }
    public int? DestinationPort { get; private set; }
    public int? TcpFlags { get; private set; }
    public int? IcmpTypeCode { get; private set; }
    public int? VlanId { get; private set; }

    /// <summary>Where the payload of TCP or UDP begins in the frame; null when its header was not captured whole.</summary>
    public int? PayloadOffset { get; private set; }

    /// <summary>Where the captured payload ends, without padding.</summary>
    public int PayloadEnd { get; private set; }

    /// <summary>Where the payload ends by the headers: behind <see cref="PayloadEnd"/> when it was cut.</summary>
    public int StatedPayloadEnd { get; private set; }

    /// <summary>Numbers of the IPv6 extension headers met, in order.</summary>
    public List<int> ExtensionHeaders { get; } = [];

    /// <summary>True when a header contradicts itself, or the chain ended early, so that not all the rest can be known.</summary>
    public bool IsOdd { get; private set; }

    /// <summary>True when the link headers are such that readers may differ on whether IP follows, and where.</summary>
    public bool IsLinkOdd { get; private set; }

    private NaivePacket(byte[] frame) => (_frame, _end) = (frame, frame.Length);

    /// <summary>Reads a frame; null when there is no IP header in it, or none whose fixed part was captured whole.</summary>
    public static NaivePacket? Read(byte[] frame, int linkType)
    {
        var packet = new NaivePacket(frame);
        var at = packet.FindIp(linkType);
        packet.IsLinkOdd = packet.IsOdd;
        return at >= 0 && packet.ReadIp(at) ? packet : null;
    }

    private int FindIp(int linkType) => linkType switch
    {
        1 => FromEtherType(12),
        0 => FromAddressFamily(false),
        108 => FromAddressFamily(true),
        101 => FromNibble(0),
        228 => FromNibble(0) is var at && at >= 0 && _frame[0] >> 4 == 4 ? 0 : -1,
        229 => FromNibble(0) is var at && at >= 0 && _frame[0] >> 4 == 6 ? 0 : -1,
        113 => FromCooked(14, 2),
        276 => FromCooked(0, 8),
        219 => FromMpls(0),
        9 or 50 => FromPpp(_end >= 2 && U16(0) == 0xFF03 ? 2 : 0),
        51 => FromPppoe(0),
        107 => FromFrameRelay(),
        104 => _end > 0 && _frame[0] == 0x0F ? FromEtherType(2) : -1,
        _ => -1,
    };

    // Linux cooked captures: the protocol is an EtherType unless the ARPHRD type (two octets at hardwareType) gives it another meaning.
    private int FromCooked(int etherType, int hardwareType)
    {
        if (_end < hardwareType + 2 || _end < etherType + 2)
            return -1;
        IsOdd |= U16(hardwareType) is not (1 or 772);
        return etherType == 0 ? FromEtherType(0, 20) : FromEtherType(etherType);
    }

    private int FromEtherType(int at, int payload = -1)
    {
        if (at + 2 > _end)
            return -1;
        IsOdd |= ++_linkHeaders > CertainHeaders;
        var type = U16(at);
        var next = payload < 0 ? at + 2 : payload;
        switch (type)
        {
            case 0x0800:
            case 0x86DD:
                return next < _end && _frame[next] >> 4 == (type == 0x0800 ? 4 : 6) ? next : -1;
            case 0x8100:
            case 0x88A8:
            case 0x9100:
                if (next + 2 > _end)
                    return -1;
                VlanId ??= U16(next) & 0xFFF;
                return FromEtherType(next + 2);
            case 0x8847:
            case 0x8848:
                return FromMpls(next);
            case 0x8864:
                return FromPppoe(next);
            default:
                IsOdd |= type is not 0x0806;
                return -1;
        }
    }

    // RFC 2427 §3: Q.922 address of two octets, control 03, perhaps a pad octet, NLPID; or, as Cisco does, an EtherType behind the address.
    private int FromFrameRelay()
    {
        if (_end < 5)
            return -1;
        IsOdd |= (_frame[0] & 1) != 0 || (_frame[1] & 1) != 1;
        if (_frame[2] != 3)
            return FromEtherType(2);
        var at = _frame[3] == 0 ? 4 : 3;
        if (at + 6 > _end)
            return -1;
        switch (_frame[at])
        {
            case 0xCC:
            case 0x8E:
                return _frame[at + 1] >> 4 == (_frame[at] == 0xCC ? 4 : 6) ? at + 1 : -1;
            case 0x80:
                // SNAP: only the organisation 00-00-00 is followed by an EtherType.
                IsOdd |= _frame[at + 1] != 0 || _frame[at + 2] != 0 || _frame[at + 3] != 0;
                return FromEtherType(at + 4);
            default:
                return -1;
        }
    }

    // RFC 2516 §4: version and type, code, session id, length, then a PPP protocol. A wrong length may or may not end the packet.
    private int FromPppoe(int at)
    {
        if (at + 8 > _end)
            return -1;
        IsOdd |= _frame[at] != 0x11 || _frame[at + 1] != 0 || U16(at + 4) < _end - at - 6;
        return FromPpp(at + 6);
    }

    private int FromPpp(int at)
    {
        if (at + 2 > _end)
            return -1;
        var protocol = U16(at);
        IsOdd |= protocol is not (0x0021 or 0x0057);
        return protocol is 0x0021 or 0x0057 && at + 2 < _end && _frame[at + 2] >> 4 == (protocol == 0x0021 ? 4 : 6) ? at + 2 : -1;
    }

    private int FromMpls(int at)
    {
        while (at + 4 <= _end)
        {
            IsOdd |= ++_linkHeaders > CertainHeaders;
            var bottom = (_frame[at + 2] & 1) == 1;
            at += 4;
            if (bottom)
            {
                // No EtherType follows a label stack: the first nibble tells 4 and 6; 0 is a control word, others are guesses.
                IsOdd |= at >= _end || _frame[at] >> 4 is not (4 or 6);
                return FromNibble(at);
            }
        }

        return -1;
    }

    private int FromNibble(int at) => at < _end && _frame[at] >> 4 is 4 or 6 ? at : -1;

    private int FromAddressFamily(bool networkOrder)
    {
        if (_end < 5)
            return -1;
        var big = (U16(0) << 16) | U16(2);
        var little = _frame[0] | (_frame[1] << 8) | (_frame[2] << 16) | (_frame[3] << 24);
        var family = networkOrder ? big : little is > 0 and < 256 ? little : big;
        IsOdd |= networkOrder && big is <= 0 or >= 256;
        return family switch
        {
            2 => _frame[4] >> 4 == 4 ? 4 : -1,
            10 or 24 or 28 or 30 => _frame[4] >> 4 == 6 ? 4 : -1,
            _ => -1,
        };
    }

    private bool ReadIp(int at) => _frame[at] >> 4 == 4 ? ReadIPv4(at) : ReadIPv6(at);

    // RFC 791 §3.1
    private bool ReadIPv4(int at)
    {
        var header = (_frame[at] & 15) * 4;
        if (at + 20 > _end || header < 20)
            return false;
        Version = 4;
        TypeOfService = _frame[at + 1];
        TotalLength = U16(at + 2);
        FragmentOffset = U16(at + 6) & 0x1FFF;
        MoreFragments = (_frame[at + 6] & 0x20) != 0;
        TimeToLive = _frame[at + 8];
        Source = _frame[(at + 12)..(at + 16)];
        Destination = _frame[(at + 16)..(at + 20)];
        IsOdd |= TotalLength < header;
        _statedEnd = at + TotalLength;
        ReadUpper(_frame[at + 9], at + header, TotalLength < header ? _end : Math.Min(_end, at + TotalLength));
        return true;
    }

    // RFC 8200 §3
    private bool ReadIPv6(int at)
    {
        if (at + 40 > _end)
            return false;
        Version = 6;
        TypeOfService = (U16(at) >> 4) & 0xFF;
        var payload = U16(at + 4);
        TotalLength = payload + 40;
        TimeToLive = _frame[at + 7];
        Source = _frame[(at + 8)..(at + 24)];
        Destination = _frame[(at + 24)..(at + 40)];
        // A payload length of 0 belongs to jumbograms and to segmentation offload.
        IsOdd |= payload == 0;
        _statedEnd = at + TotalLength;
        ReadUpper(_frame[at + 6], at + 40, payload == 0 ? _end : Math.Min(_end, at + 40 + payload));
        return true;
    }

    private void ReadUpper(int next, int at, int end)
    {
        Protocol = next;
        for (var headers = 0; headers < 64; headers++)
        {
            var isExtension = Version == 6 ? Protocol is 0 or 43 or 44 or 51 or 60 or 135 or 139 or 140 : Protocol is 51;
            if (!isExtension || (Version == 4 && FragmentOffset > 0))
                break;
            if (Protocol is 139 or 140)
                IsOdd = true;
            ExtensionHeaders.Add(Protocol);
            IsOdd |= ExtensionHeaders.Count > CertainHeaders;

            // RFC 6275 §6.1.1: nothing follows a mobility header.
            if (Protocol == 135)
                return;
            if (at + 8 > end)
            {
                IsOdd = true;
                return;
            }

            var length = Protocol switch { 44 => 8, 51 => (_frame[at + 1] + 2) * 4, _ => (_frame[at + 1] + 1) * 8 };
            if (Protocol == 51 && (length < 12 || (Version == 6 && length % 8 != 0)))
                IsOdd = true;
            if (at + length > end)
            {
                IsOdd = true;
                return;
            }

            if (Protocol == 44)
            {
                if (FragmentOffset is not null)
                    IsOdd = true;
                FragmentOffset = U16(at + 2) >> 3;
                MoreFragments = (_frame[at + 3] & 1) == 1;
            }

            Protocol = _frame[at];
            at += length;
            if (FragmentOffset > 0)
                return;
        }

        if (FragmentOffset is null or 0)
            ReadTransport(at, end);
    }

    private void ReadTransport(int at, int end)
    {
        // TCP, UDP, DCCP, SCTP, UDP-Lite begin with two ports; only the first two and SCTP are certain to be read by everybody.
        if (Protocol is 6 or 17 or 132)
        {
            if (at + 2 <= end)
                SourcePort = U16(at);
            if (at + 4 <= end)
                DestinationPort = U16(at + 2);
        }

        if (Protocol == 6 && at + 14 <= end)
            TcpFlags = U16(at + 12) & 0x1FF;
        if (Protocol is 1 or 58 && at + 2 <= end)
            IcmpTypeCode = U16(at);
        FindPayload(at, end);
    }

    // RFC 9293 §3.1: the data offset counts 32-bit words; RFC 768: the length counts the header; of a first fragment only UDP knows the whole.
    private void FindPayload(int at, int end)
    {
        var stated = MoreFragments ? int.MaxValue : _statedEnd;
        if (Protocol == 6 && at + 20 <= end && _frame[at + 12] >> 4 >= 5)
        {
            PayloadOffset = at + ((_frame[at + 12] >> 4) * 4);
        }
        else if (Protocol == 17 && at + 8 <= end && U16(at + 4) is var length && length is 0 or >= 8)
        {
            PayloadOffset = at + 8;
            stated = length == 0 ? stated : Math.Min(stated, at + length);
        }

        PayloadEnd = Math.Min(end, stated);
        StatedPayloadEnd = stated;
        if (PayloadOffset > PayloadEnd)
            PayloadOffset = null;
    }

    private int U16(int at) => (_frame[at] << 8) | _frame[at + 1];
}
