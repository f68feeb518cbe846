using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>Where a session stands (RFC 4271 §8.2.2, as far as an announcer needs them).</summary>
internal enum BgpSessionState
{
    Idle,
    Connect,
    OpenSent,
    OpenConfirm,
    Established,
}

/// <summary>
/// One connection's session without its socket: octets and time in, octets out. It announces, and counts and ignores what comes in. Times are
/// milliseconds of a clock that only goes forward.
/// </summary>
internal sealed class BgpSession
{
    /// <summary>How long an OPEN is waited for; RFC 4271 §8.2.2 suggests four minutes, which no attack leaves.</summary>
    public const int MaxOpenSeconds = 20;

    /// <summary>Most octets that wait to be sent; further changes wait in the table of routes.</summary>
    public const int MaxOutputBytes = 256 * 1024;

    /// <summary>Most routes withdrawn lately that are remembered.</summary>
    private const int MaxWithdrawn = 4 * AnnouncementGuard.MaxRoutes;

    private readonly BgpPeerSettings _settings;
    private readonly byte[] _input = new byte[BgpHeader.LongestMessageBytes];
    private readonly byte[] _output = new byte[MaxOutputBytes];
    private readonly Dictionary<string, BgpRoute> _sent = new(StringComparer.Ordinal);

    /// <summary>Keys that a route refresh asked for once more. They stay in what was sent: a route that lapses meanwhile is still to be withdrawn.</summary>
    private readonly HashSet<string> _again = new(StringComparer.Ordinal);

    /// <summary>Keys of routes that were withdrawn so short a time ago that a peer which is cut off may not have heard of it, and until when they are remembered.</summary>
    private readonly Dictionary<string, long> _withdrawn = new(StringComparer.Ordinal);
    private long _now;
    private long _markedAt;
    private int _inputBytes;
    private int _outputBytes;
    private long _holdUntil;
    private long _keepAliveAt;
    private BgpFamilies _families;
    private int _octetsPerAs = 2;
    private bool _isMarked;
    private bool _isClosedWithWord;

    /// <param name="settings">The peer's.</param>
    /// <param name="now">The clock.</param>
    /// <param name="isRestart">There are routes to bring back: the peer is asked to keep what it has of them until the mark at their end.</param>
    public BgpSession(BgpPeerSettings settings, long now, bool isRestart = false)
    {
        (_settings, _isMarked) = (settings, settings.RestartSeconds is null);
        (_now, _holdUntil) = (now, now + (MaxOpenSeconds * 1000));
        State = BgpSessionState.OpenSent;
        Send((ref writer) => Open(isRestart).Write(ref writer));
    }

    public BgpSessionState State { get; private set; }

    /// <summary>Why the session is over, as the end of a sentence; null while it is not. What is still to be sent then is the NOTIFICATION.</summary>
    public string? Ended { get; private set; }

    /// <summary>The negotiated hold time in seconds; 0 before the OPEN.</summary>
    public int HoldSeconds { get; private set; }

    /// <summary>True when the peer takes part in graceful restart: it keeps routes over the restart time that it was offered, of the families that it wants to.</summary>
    public bool KeepsRoutes { get; private set; }

    /// <summary>What the peer may go on enforcing after the end: with graceful restart, when the connection ends without a NOTIFICATION, or with one that a peer that is cut off does not get. What was withdrawn within the hold time counts too: a cable may have been cut before. Null: nothing.</summary>
    public ImmutableHashSet<string>? MayBeKept => IsKept ? [.. _sent.Keys, .. _withdrawn.Where(gone => gone.Value >= _now).Select(static gone => gone.Key)] : null;

    /// <summary>The peer may still have what it kept of an earlier session: the mark at the end of the first whole table was not sent, or so late that a peer which is cut off may not have it.</summary>
    public bool MayKeepEarlier => IsKept && (!_isMarked || _now <= _markedAt + HoldMilliseconds);

    private bool IsKept => KeepsRoutes && State == BgpSessionState.Established && !_isClosedWithWord;

    private long HoldMilliseconds => HoldSeconds * 1000L;

    /// <summary>Families that both sides have.</summary>
    public BgpFamilies Families => State == BgpSessionState.Established ? _families : BgpFamilies.None;

    /// <summary>Routes that stand announced in this session.</summary>
    public int Announced => _sent.Count;

    /// <summary>True when the peer was sent this very route, and the session stands.</summary>
    public bool HasSent(BgpRoute route) => State == BgpSessionState.Established && Ended is null && _sent.TryGetValue(route.Key, out var known) && known.Equals(route);

    /// <summary>Routes of the table that this peer has no family for.</summary>
    public int Unsupported { get; private set; }

    /// <summary>Prefixes and rules that came in, counted and ignored.</summary>
    public long Ignored { get; private set; }

    /// <summary>UPDATE messages with a mistake, which touch nothing here (RFC 7606 keeps such a session up).</summary>
    public long Malformed { get; private set; }

    /// <summary>When something is to be done at the latest.</summary>
    public long NextAt => State is BgpSessionState.OpenSent ? _holdUntil : Math.Min(_holdUntil, _keepAliveAt);

    /// <summary>What waits to be sent.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _outputBytes);

    public void ClearOutput() => _outputBytes = 0;

    /// <summary>Takes octets as they came from the connection, in any pieces.</summary>
    public void Receive(ReadOnlySpan<byte> octets, long now)
    {
        _now = now;
        while (!octets.IsEmpty && Ended is null)
        {
            var taken = Math.Min(octets.Length, _input.Length - _inputBytes);
            octets[..taken].CopyTo(_input.AsSpan(_inputBytes));
            _inputBytes += taken;
            octets = octets[taken..];
            Cut(now);
        }
    }

    /// <summary>Keeps the session alive, or ends it when the peer has been silent for the hold time.</summary>
    public void Tick(long now)
    {
        _now = now;
        if (Ended is not null)
            return;
        if (now >= _holdUntil)
        {
            End(new BgpNotification(BgpErrorCode.HoldTimerExpired, 0), "the peer fell silent");
            return;
        }

        if (State is BgpSessionState.OpenConfirm or BgpSessionState.Established && now >= _keepAliveAt)
            KeepAlive(now);
    }

    /// <summary>
    /// Makes what the peer has the same as the table: withdrawals first. What does not fit into the output waits for the next call. After the first whole table
    /// the mark of its end is sent for each family (RFC 4724 §2): a peer that kept routes through a restart drops those that did not come again.
    /// </summary>
    public void Synchronize(IReadOnlyDictionary<string, BgpRoute> table)
    {
        if (State != BgpSessionState.Established || Ended is not null)
            return;
        foreach (var old in _withdrawn.Where(gone => gone.Value < _now).Select(static gone => gone.Key).ToArray())
            _withdrawn.Remove(old);
        foreach (var gone in _sent.Values.Where(route => !table.ContainsKey(route.Key)).ToArray())
        {
            if (!Send(gone, isWithdrawn: true))
                return;
            _sent.Remove(gone.Key);
            if (_withdrawn.Count < MaxWithdrawn)
                _withdrawn[gone.Key] = _now + HoldMilliseconds;
            _again.Remove(gone.Key);
        }

        Unsupported = 0;
        foreach (var (key, route) in table)
        {
            if ((route.Family & _families) == 0)
                Unsupported++;
            else if (!_sent.TryGetValue(key, out var known) || !known.Equals(route) || _again.Contains(key))
            {
                if (!Send(route, isWithdrawn: false))
                    return;
                _sent[key] = route;
                _again.Remove(key);
            }
        }

        Mark();
    }

    /// <summary>Ends the session for an upgrade: without the NOTIFICATION that would make the peer drop what it got. Where no graceful restart was agreed upon, as <see cref="Shutdown"/>.</summary>
    public void Leave()
    {
        if (KeepsRoutes && State == BgpSessionState.Established)
            Lose("left for a restart");
        else
            Shutdown();
    }

    /// <summary>Closes the session in order (RFC 4486): the peer drops at once what it got.</summary>
    public void Shutdown() => End(new BgpNotification(BgpErrorCode.Cease, 2), "closed here");

    /// <summary>The connection is gone, without a word.</summary>
    public void Lose(string why) => Ended ??= why;

    private BgpOpen Open(bool isRestart) => new()
    {
        TwoOctetAs = _settings.LocalAs > ushort.MaxValue ? BgpOpen.AsTrans : (ushort)_settings.LocalAs,
        HoldSeconds = (ushort)_settings.HoldSeconds,
        Identifier = _settings.RouterId,
        Capabilities = new BgpCapabilities
        {
            Families = _settings.Families,
            FourOctetAs = _settings.LocalAs,
            RouteRefresh = true,
            RestartSeconds = (ushort?)_settings.RestartSeconds,
            RestartFamilies = _settings.RestartSeconds is null ? BgpFamilies.None : _settings.Families,
            IsRestarting = isRestart && _settings.RestartSeconds is not null,
            // What a router enforces goes on while Breakwater is away: nothing of it runs through here.
            Preserved = isRestart && _settings.RestartSeconds is not null ? _settings.Families : BgpFamilies.None,
        },
    };

    private void Cut(long now)
    {
        var at = 0;
        while (Ended is null && _inputBytes - at >= BgpHeader.HeaderBytes)
        {
            var error = BgpHeader.Read(_input.AsSpan(at, _inputBytes - at), out var header);
            if (error != DecodeError.None)
            {
                var subcode = error == DecodeError.BadValue ? 1 : error == DecodeError.BadLength ? 2 : 3;
                End(new BgpNotification(BgpErrorCode.MessageHeader, (byte)subcode), $"the peer sent no BGP ({error} in a header)");
                return;
            }

            if (_inputBytes - at < header.LengthBytes)
                break;
            On(header.Type, _input.AsSpan(at + BgpHeader.HeaderBytes, header.LengthBytes - BgpHeader.HeaderBytes), now);
            at += header.LengthBytes;
        }

        _input.AsSpan(at, _inputBytes - at).CopyTo(_input);
        _inputBytes -= at;
    }

    private void On(BgpMessageType type, ReadOnlySpan<byte> body, long now)
    {
        if (type == BgpMessageType.Notification)
        {
            BgpNotification.Read(body, out var notification);
            _isClosedWithWord = true;
            Ended = string.Create(CultureInfo.InvariantCulture, $"the peer closed it: {notification.Code} {notification.Subcode}");
            return;
        }

        switch (State, type)
        {
            case (BgpSessionState.OpenSent, BgpMessageType.Open):
                OnOpen(body, now);
                break;
            case (BgpSessionState.OpenConfirm, BgpMessageType.KeepAlive):
                State = BgpSessionState.Established;
                _holdUntil = now + HoldMilliseconds;
                break;
            case (BgpSessionState.Established, BgpMessageType.KeepAlive):
                _holdUntil = now + HoldMilliseconds;
                break;
            case (BgpSessionState.Established, BgpMessageType.Update):
                _holdUntil = now + HoldMilliseconds;
                var counting = default(RouteCounter);
                if (BgpUpdateDecoder.Decode(body, _octetsPerAs, ref counting) != DecodeError.None)
                    Malformed++;
                Ignored += counting.Routes;
                break;
            case (BgpSessionState.Established, BgpMessageType.RouteRefresh):
                if (BgpRouteRefresh.Read(body, out var refresh) == DecodeError.None && refresh.Subtype == 0)
                    Repeat(refresh.Family);
                break;
            default:
                var subcode = State switch { BgpSessionState.OpenSent => 1, BgpSessionState.OpenConfirm => 2, _ => 3 };
                End(new BgpNotification(BgpErrorCode.FiniteStateMachine, (byte)subcode), $"the peer sent {type} in state {State}");
                break;
        }
    }

    private void OnOpen(ReadOnlySpan<byte> body, long now)
    {
        var error = BgpOpen.Read(body, out var open);
        var common = open.Capabilities.NamesFamilies ? open.Capabilities.Families & _settings.Families : BgpFamilies.IPv4Unicast & _settings.Families;
        var (subcode, fault) = (error, open) switch
        {
            (DecodeError.BadVersion, _) => (1, "the peer speaks another version of BGP"),
            (not DecodeError.None, _) => (0, $"the peer's OPEN is broken ({error})"),
            _ when open.AsNumber != _settings.PeerAs => (2, $"the peer is AS {open.AsNumber}, and AS {_settings.PeerAs} is configured"),
            _ when open.Identifier == 0 || open.Identifier == _settings.RouterId => (3, "the peer's BGP identifier is 0 or our own"),
            // Without a hold time nothing would take the routes back when Breakwater dies.
            _ when open.HoldSeconds < 3 => (6, $"the peer offers a hold time of {open.HoldSeconds} s"),
            _ when common == BgpFamilies.None => (7, "the peer has none of the families"),
            _ => (-1, ""),
        };
        if (subcode >= 0)
        {
            End(new BgpNotification(BgpErrorCode.OpenMessage, (byte)subcode), fault);
            return;
        }

        HoldSeconds = Math.Min(open.HoldSeconds, _settings.HoldSeconds);
        _families = common;
        _octetsPerAs = open.Capabilities.FourOctetAs is null ? 2 : 4;
        KeepsRoutes = _settings.RestartSeconds is not null && open.Capabilities.RestartSeconds is not null;
        _holdUntil = now + HoldMilliseconds;
        State = BgpSessionState.OpenConfirm;
        KeepAlive(now);
    }

    private void Mark()
    {
        if (_isMarked || MaxOutputBytes - _outputBytes < BgpHeader.LongestMessageBytes)
            return;
        (_isMarked, _markedAt) = (true, _now);
        foreach (var family in BgpFamily.Each)
        {
            if ((family & _families) == 0)
                continue;
            var writer = new BgpUpdateWriter(_output.AsSpan(_outputBytes));
            writer.EndOfRoutes(family);
            if (writer.TryFinish(out var message))
                _outputBytes += message.Length;
        }
    }

    private void KeepAlive(long now)
    {
        Send(static (ref writer) => BgpKeepAlive.Write(ref writer));
        _keepAliveAt = now + (HoldMilliseconds / 3);
    }

    private void Repeat(BgpFamilies family)
    {
        foreach (var (key, route) in _sent)
        {
            if ((route.Family & family) != 0)
                _again.Add(key);
        }
    }

    private void End(BgpNotification notification, string why)
    {
        if (Ended is not null)
            return;
        _isClosedWithWord = notification.Code != BgpErrorCode.HoldTimerExpired;
        // The notification is the last word: what waited before it is not sent any more.
        _outputBytes = 0;
        Send((ref writer) => notification.Write(ref writer));
        Ended = why;
    }

    private bool Send(BgpRoute route, bool isWithdrawn)
    {
        if (MaxOutputBytes - _outputBytes < BgpHeader.LongestMessageBytes)
            return false;
        var length = RouteUpdate.Write(_output.AsSpan(_outputBytes, BgpHeader.LongestMessageBytes), route, isWithdrawn, _settings, _octetsPerAs);
        _outputBytes += length;
        return length > 0;
    }

    private void Send(Writing write)
    {
        var writer = new WireWriter(_output.AsSpan(_outputBytes));
        if (write(ref writer))
            _outputBytes += writer.Length;
    }

    private delegate bool Writing(ref WireWriter writer);
}
