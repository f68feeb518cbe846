using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>How one router does.</summary>
/// <param name="Name">Which.</param>
/// <param name="State">Where its session stands.</param>
/// <param name="HoldSeconds">Negotiated; 0 without a session.</param>
/// <param name="Families">What both sides have.</param>
/// <param name="Announced">Routes announced in this session.</param>
/// <param name="Unsupported">Routes that the peer has no family for.</param>
/// <param name="Ignored">Routes that came in, in this session.</param>
/// <param name="Malformed">UPDATE messages with a mistake, in this session.</param>
/// <param name="Sessions">Sessions that came up since the start.</param>
/// <param name="Fault">What ended the last session or attempt, as the end of a sentence; null: nothing.</param>
internal sealed record BgpPeerStatus(
    string Name, BgpSessionState State, int HoldSeconds, BgpFamilies Families, int Announced, int Unsupported, long Ignored, long Malformed, long Sessions, string? Fault)
{
    /// <summary>Since when its session stands; null: there is none.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Offered for graceful restart; 0: none. So long the router may keep routes after the end of the connection.</summary>
    public int RestartSeconds { get; init; }

    /// <summary>True: the router takes part in graceful restart, so that an upgrade leaves no gap where it has the family.</summary>
    public bool KeepsRoutes { get; init; }

    /// <summary>Without a session: until when the router may keep what it has of the last one, through graceful restart; null: it keeps nothing.</summary>
    public DateTimeOffset? KeptUntil { get; init; }

    /// <summary>Why the peer is not to be driven automatically, as the end of a sentence; null: it may. What it keeps has to be gone within the lease.</summary>
    public string? Unfit(BgpFamilies family, TimeSpan lease)
    {
        if (State != BgpSessionState.Established)
            return "has no session";
        if ((Families & family) == 0)
            return $"has no family {family}";
        // A connection that ends without a word at the end of the hold time is both, one after the other.
        return HoldSeconds + RestartSeconds > lease.TotalSeconds
            ? string.Create(CultureInfo.InvariantCulture, $"would keep routes for {HoldSeconds + RestartSeconds} s after Breakwater's end, longer than the lease of {lease.TotalSeconds} s")
            : null;
    }
}

/// <summary>Keeps a session with one router: connects, announces what the table holds, and tries again with growing pauses.</summary>
internal sealed class BgpPeer : IAsyncDisposable
{
    /// <summary>The longest pause between two attempts.</summary>
    public const int MaxPauseSeconds = 2;

    private static readonly TimeSpan _connectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _sendPatience = TimeSpan.FromSeconds(5);
    private readonly BgpPeerSettings _settings;
    private readonly AdvertisedRoutes _routes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private bool _isOver;
    private volatile bool _leaves;
    private BgpSession? _session;
    private BgpSessionState _outside = BgpSessionState.Idle;
    private long _sessions;
    private DateTimeOffset _since;
    private string? _fault;
    private KeptRoutes? _kept;

    public BgpPeer(BgpPeerSettings settings, AdvertisedRoutes routes, TimeProvider time) => (_settings, _routes, _time) = (settings, routes, time);

    public BgpPeerSettings Settings => _settings;

    public BgpPeerStatus Status
    {
        get
        {
            lock (_lock)
            {
                return _session is { } session
                    ? new BgpPeerStatus(
                        _settings.Name, session.State, session.HoldSeconds, session.Families, session.Announced, session.Unsupported, session.Ignored, session.Malformed, _sessions, _fault)
                    {
                        Since = session.State == BgpSessionState.Established ? _since : null,
                        RestartSeconds = _settings.RestartSeconds ?? 0,
                        KeepsRoutes = session.KeepsRoutes,
                        KeptUntil = Kept?.Until,
                    }
                    : new BgpPeerStatus(_settings.Name, _outside, 0, BgpFamilies.None, 0, 0, 0, 0, _sessions, _fault) { KeptUntil = Kept?.Until };
            }
        }
    }

    /// <summary>Until when the router may keep this route, by its key, of a session that was cut: graceful restart; null: it has a session, or keeps nothing.</summary>
    public DateTimeOffset? KeptUntil(string key)
    {
        lock (_lock)
            return Kept is { } kept && kept.Keys.Contains(key) ? kept.Until : null;
    }

    /// <summary>The router may keep something of a session that was cut.</summary>
    public bool HasKept
    {
        get
        {
            lock (_lock)
                return Kept is not null;
        }
    }

    /// <summary>With a session that stands the router has what it was sent, and drops the rest at the mark of its end.</summary>
    private KeptRoutes? Kept => _session?.State == BgpSessionState.Established ? null : HeldOver;

    /// <summary>What the router may have of earlier sessions, when the present one has not yet sent the mark of the table's end.</summary>
    private KeptRoutes? HeldOver => _kept is { } kept && _time.GetTimestamp() < kept.UntilTimestamp ? kept : null;

    /// <summary>True when the router was sent this route in the session that it has; whether it took it, it does not tell.</summary>
    public bool HasSent(BgpRoute route)
    {
        lock (_lock)
            return _session?.HasSent(route) == true;
    }

    /// <summary>The table has changed. Never waits; after the end, nothing happens.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (!_isOver && _wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    /// <summary>Begins to connect; once.</summary>
    public void Start() => _running = Task.Run(Run, CancellationToken.None);

    /// <summary>Begins the end, without waiting for it.</summary>
    /// <param name="leaves">For an upgrade: a router with graceful restart keeps what it has over its restart time.</param>
    public void Stop(bool leaves = false)
    {
        _leaves |= leaves;
        lock (_lock)
        {
            if (_isOver)
                return;
        }

        _stop.Cancel();
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _running;
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
        }

        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task Run()
    {
        var pause = 1;
        while (!_stop.IsCancellationRequested)
        {
            var cameUp = false;
            try
            {
                cameUp = await RunSession();
            }
            catch (OperationCanceledException)
            {
                SetOutside(BgpSessionState.Idle, "no answer in time");
            }
            catch (Exception error)
            {
                // Whatever it was: a peer that has ended for ever would hold no filter any more, and nobody would know.
                SetOutside(BgpSessionState.Idle, error.Message);
            }

            pause = cameUp ? 1 : Math.Min(pause * 2, MaxPauseSeconds);
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(pause), _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> RunSession()
    {
        SetOutside(BgpSessionState.Connect, null);
        using var socket = PeerSocket.Make(_settings);
        using (var patience = new CancellationTokenSource(_connectPatience, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token))
            await socket.ConnectAsync(PeerSocket.EndPointOf(_settings.Address, _settings.Port), either.Token);
        // Routes at the begin of a session are those of before: of the ledger's rows, or of a connection that broke.
        var session = new BgpSession(_settings, Now(), _routes.Valid(out _).Count > 0);
        lock (_lock)
            _session = session;
        var reading = Task.Run(() => Read(socket, session), CancellationToken.None);
        try
        {
            return await Write(socket, session);
        }
        finally
        {
            // The reader ends with its socket.
            socket.Close();
            await reading;
            lock (_lock)
            {
                if (session.State == BgpSessionState.Established)
                    _kept = Keeps(session);
                _session = null;
                _outside = BgpSessionState.Idle;
                _fault = session.Ended ?? "nothing could be sent";
            }
        }
    }

    /// <summary>Of a session that had come up and has ended, with what the router had kept when it came up and was not yet told to drop. A router that is cut off waits for its hold timer first, and for the restart time then.</summary>
    private KeptRoutes? Keeps(BgpSession session)
    {
        var keys = session.MayBeKept ?? [];
        if (_kept is { } earlier && session.MayKeepEarlier)
            keys = keys.Union(earlier.Keys);
        if (keys.IsEmpty)
            return null;
        var time = TimeSpan.FromSeconds(session.HoldSeconds + (_settings.RestartSeconds ?? 0));
        return new KeptRoutes(keys, _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency), _time.GetUtcNow() + time);
    }

    private async Task Read(Socket socket, BgpSession session)
    {
        var buffer = new byte[BgpHeader.LongestMessageBytes * 4];
        var fault = "the connection broke";
        try
        {
            while (await socket.ReceiveAsync(buffer) is var length and > 0)
            {
                bool isNew;
                lock (_lock)
                {
                    var before = session.State;
                    session.Receive(buffer.AsSpan(0, length), Now());
                    isNew = session.State == BgpSessionState.Established && before != session.State;
                    if (isNew)
                        (_sessions, _since, _kept) = (_sessions + 1, _time.GetUtcNow(), HeldOver);
                    if (session.Ended is not null)
                        break;
                }

                Wake();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // As a connection that the peer closed.
        }
        catch (Exception error)
        {
            fault = error.Message;
        }

        // The writer closes the socket, after its last word.
        lock (_lock)
            session.Lose(fault);
        Wake();
    }

    /// <summary>Sends what there is until the session ends; true when it had come up.</summary>
    private async Task<bool> Write(Socket socket, BgpSession session)
    {
        var output = new byte[BgpSession.MaxOutputBytes];
        var cameUp = false;
        while (true)
        {
            int length;
            bool isOver;
            TimeSpan wait;
            lock (_lock)
            {
                if (_stop.IsCancellationRequested && !_leaves)
                    session.Shutdown();
                session.Tick(Now());
                session.Synchronize(_routes.Valid(out var nextLapse));
                // What was withdrawn just before is withdrawn: nobody else would do it within the restart time.
                if (_stop.IsCancellationRequested)
                    session.Leave();
                cameUp |= session.State == BgpSessionState.Established;
                length = session.Output.Length;
                session.Output.CopyTo(output);
                session.ClearOutput();
                isOver = session.Ended is not null;
                wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Min(session.NextAt - Now(), nextLapse), 1, 1000));
            }

            try
            {
                if (length > 0)
                    await Send(socket, output.AsMemory(0, length));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return cameUp;
            }

            if (isOver)
                return cameUp;
            await _wake.WaitAsync(wait);
        }
    }

    /// <summary>A peer that takes nothing for seconds is given up: its own hold time will run out.</summary>
    private async Task Send(Socket socket, ReadOnlyMemory<byte> octets)
    {
        using var patience = new CancellationTokenSource(_sendPatience, _time);
        while (!octets.IsEmpty)
            octets = octets[await socket.SendAsync(octets, patience.Token)..];
    }

    private void SetOutside(BgpSessionState state, string? fault)
    {
        lock (_lock)
        {
            _outside = state;
            _fault = fault ?? _fault;
        }
    }

    private long Now() => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <param name="Keys">Routes of the session that was cut.</param>
    /// <param name="UntilTimestamp">The latest end, by the clock that only goes forward.</param>
    /// <param name="Until">The same for people.</param>
    private sealed record KeptRoutes(ImmutableHashSet<string> Keys, long UntilTimestamp, DateTimeOffset Until);
}
