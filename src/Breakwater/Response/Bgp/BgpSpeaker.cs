using System.Collections.Immutable;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>
/// Announces filters to routers, and nothing else: it never listens, and learns no route. Stopped in order, it closes its sessions, and the
/// routers drop at once what they had of it; killed or cut off, they do so after the hold time, and with graceful restart after the restart time.
/// </summary>
internal sealed class BgpSpeaker : IAsyncDisposable
{
    /// <summary>Most routers.</summary>
    public const int MaxPeers = 64;

    private readonly AdvertisedRoutes _routes;
    private readonly ImmutableArray<BgpPeer> _peers;

    /// <exception cref="ArgumentException">There are too many peers, or <see cref="BgpPeerSettings.Fault"/> says why one cannot work.</exception>
    public BgpSpeaker(IEnumerable<BgpPeerSettings> peers, AnnouncementGuard guard, TimeProvider time)
    {
        ImmutableArray<BgpPeerSettings> all = [.. peers.Take(MaxPeers + 1)];
        if (all.Length > MaxPeers)
            throw new ArgumentException($"there are more than {MaxPeers} peers", nameof(peers));
        if (all.FirstOrDefault(static settings => settings.Fault is not null) is { } faulty)
            throw new ArgumentException($"{faulty.Name}: {faulty.Fault}", nameof(peers));
        _routes = new AdvertisedRoutes(guard, time);
        _peers = [.. all.Select(settings => new BgpPeer(settings, _routes, time))];
    }

    /// <summary>
    /// Begins to connect; once, when the table has what the ledger's rows ask for: a router that kept routes through a restart drops those that it does not get
    /// in the first whole table.
    /// </summary>
    public void Start()
    {
        foreach (var peer in _peers)
            peer.Start();
    }

    public IEnumerable<BgpPeerStatus> Peers => _peers.Select(static peer => peer.Status);

    /// <summary>Routes that the guard refused.</summary>
    public long Refused => _routes.Refused;

    /// <summary>
    /// Why no filter may be set without a person, as a sentence without its full stop; null: there are peers, and every one has a session with the
    /// family of the filter and forgets it within the lease. One that is away or lacks the family makes all unfit.
    /// </summary>
    public string? UnfitForAutomatic(BgpFamilies family, TimeSpan lease)
    {
        var faults = _peers.Select(peer => (peer.Settings.Name, Fault: peer.Status.Unfit(family, lease))).Where(static peer => peer.Fault is not null).ToList();
        return faults.Count == 0 && !_peers.IsEmpty ? null : string.Join(", ", faults.Select(static peer => $"{peer.Name} {peer.Fault}").DefaultIfEmpty("there is no peer"));
    }

    /// <summary>How many routers were sent this route in the sessions that they have. 0: it is in the table, and no router can have it.</summary>
    public int AnnouncedTo(BgpRoute route) => _peers.Count(peer => peer.HasSent(route));

    /// <summary>True while a router may keep something of a session that was cut.</summary>
    public bool KeepsRoutes => _peers.Any(static peer => peer.HasKept);

    /// <summary>Until when, at most, a router whose session was cut may keep this route, though it cannot be told of its end: graceful restart. Null: none does.</summary>
    public DateTimeOffset? KeptUntil(string key) => _peers.Max(peer => peer.KeptUntil(key));

    /// <inheritdoc cref="AdvertisedRoutes.Announce"/>
    public string? Announce(BgpRoute route, TimeSpan lease)
    {
        var fault = _routes.Announce(route, lease);
        if (fault is null)
            Wake();
        return fault;
    }

    /// <inheritdoc cref="AdvertisedRoutes.Withdraw"/>
    public bool Withdraw(string key)
    {
        var wasThere = _routes.Withdraw(key);
        Wake();
        return wasThere;
    }

    public ValueTask DisposeAsync() => End(leaves: false);

    /// <summary>Ends all sessions.</summary>
    /// <param name="leaves">For an upgrade: routers with graceful restart keep what they have until the next start, and over the restart time at most; all others drop it at once.</param>
    public async ValueTask End(bool leaves)
    {
        // All get their last word at once: a router that takes none for seconds must not keep the others' filters.
        foreach (var peer in _peers)
            peer.Stop(leaves);
        await Task.WhenAll(_peers.Select(static peer => peer.DisposeAsync().AsTask()));
    }

    private void Wake()
    {
        foreach (var peer in _peers)
            peer.Wake();
    }
}
