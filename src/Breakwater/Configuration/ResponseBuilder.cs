using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Wire.Bgp;

namespace Breakwater.Configuration;

/// <summary>Makes <c>response</c> and <c>upstreams</c> from the tree; what does not go together is a mistake at the later of both places.</summary>
internal sealed class ResponseBuilder(string folder, ConfigMistakes mistakes)
{
    /// <summary>Most routers.</summary>
    private const int MostPeers = 64;

    /// <summary>Most agents.</summary>
    private const int MostHosts = 16;

    private const int ShortestIPv4 = 16, ShortestIPv6 = 32;

    /// <summary>How long each router keeps filters at most, at the place that says so.</summary>
    private readonly List<(TimeSpan Hold, TimeSpan Restart, ConfigPlace Place)> _keeps = [];

    /// <summary>Where automatic is asked for first; null: nowhere.</summary>
    private ConfigPlace? _automatic;

    public ResponseConfig Response(ConfigSection section)
    {
        var hasAs = section.TryRead(ResponseKeys.AsNumber, out var asNumber);
        var hasId = section.TryRead(ResponseKeys.RouterId, out var routerId);
        var lease = section.Read(ResponseKeys.Lease);
        var policy = Policy(section, ResponsePolicyConfig.Default);
        var peers = Peers(section, lease);
        if (peers.Count > 0 && section.Place is { } place && !(section.Has(ResponseKeys.AsNumber) && section.Has(ResponseKeys.RouterId)))
            mistakes.Add(place, "'response' has peers, and lacks 'asNumber' or 'routerId'", "add both: the autonomous system and the identifier that Breakwater announces with");
        return new ResponseConfig
        {
            Policy = policy,
            AsNumber = hasAs ? (uint)asNumber.Value : null,
            RouterId = hasId ? routerId.Value : null,
            Peers = [.. peers.Select(static peer => peer.Value).OrderBy(static peer => peer.Name, StringComparer.Ordinal)],
            Hosts = Hosts(section),
            Prefixes = Prefixes(section),
            Lease = lease,
            MaxRules = (int)section.Read(ResponseKeys.MaxRules),
            Maintenance = Maintenance(section),
        };
    }

    /// <summary>What this section says, else what is said elsewhere.</summary>
    public ResponsePolicyConfig Policy(ConfigSection section, ResponsePolicyConfig otherwise)
    {
        var policy = new ResponsePolicyConfig
        {
            Mode = section.Read(PolicyKeys.Mode, otherwise.Mode),
            MinConfidence = section.Read(PolicyKeys.MinConfidence, otherwise.MinConfidence),
            MaxDroppedPercent = section.Read(PolicyKeys.MaxDropped, otherwise.MaxDroppedPercent),
            MinCoveredPercent = section.Read(PolicyKeys.MinCovered, otherwise.MinCoveredPercent),
            MaxRulesPerIncident = (int)section.Read(PolicyKeys.MaxRulesPerIncident, otherwise.MaxRulesPerIncident),
            Blackhole = section.Read(PolicyKeys.Blackhole, otherwise.Blackhole),
            FourEyes = section.Read(PolicyKeys.FourEyes, otherwise.FourEyes),
            EscalateAfter = section.Read(PolicyKeys.EscalateAfter, otherwise.EscalateAfter),
            HoldAfter = section.Read(PolicyKeys.HoldAfter, otherwise.HoldAfter),
        };
        var isOwn = section.Has(PolicyKeys.Mode) || section.Has(PolicyKeys.FourEyes);
        if (policy.Mode == ResponseMode.Automatic && isOwn)
            _automatic ??= section.Place;
        if (policy is { Mode: ResponseMode.Automatic, FourEyes: true } && isOwn && section.Place is { } place)
            mistakes.Add(place, "a filter that needs two people cannot be automatic", "set 'mode: propose', or 'fourEyes: false'");
        return policy;
    }

    /// <summary>Automatic needs something that forgets its filters within the lease. After all policies were read.</summary>
    public void CheckAutomatic(ResponseConfig response)
    {
        if (_automatic is not { } place)
            return;
        if (response.Peers.IsEmpty && response.Hosts.IsEmpty)
            mistakes.Add(place, "mode is automatic, and there is nothing that would enforce a filter", "add a router to 'response.peers' or an agent to 'response.hosts', or set 'mode: propose'");
        foreach (var (hold, restart, at) in _keeps.Where(keeps => keeps.Hold + keeps.Restart > response.Lease))
        {
            mistakes.Add(
                at,
                $"this router would keep filters for {PeerKeys.HoldTime.Value.Spell(hold + restart)} after Breakwater's end, longer than the lease of {ResponseKeys.Lease.Value.Spell(response.Lease)}, and mode is automatic",
                $"shorten {(restart > TimeSpan.Zero ? "'gracefulRestart' or " : "")}'holdTime', lengthen 'response.lease', or set 'mode: propose'");
        }
    }

    public ImmutableArray<UpstreamConfig> Upstreams(ConfigSection root)
    {
        var names = new UniqueNames("upstream", mistakes);
        var upstreams = new List<UpstreamConfig>();
        foreach (var section in root.ReadSections(RootKeys.Upstreams))
        {
            if (section.TryRead(UpstreamKeys.Name, out var name))
                names.Add(name);
            upstreams.Add(new UpstreamConfig
            {
                Name = name.Value ?? "",
                Contact = section.Read(UpstreamKeys.Contact, ""),
                AsNumber = section.TryRead(UpstreamKeys.AsNumber, out var asNumber) ? (uint)asNumber.Value : null,
                BlackholeCommunity = section.TryRead(UpstreamKeys.BlackholeCommunity, out var community) ? community.Value : null,
                Form = section.Read(UpstreamKeys.Form),
            });
        }

        return [.. upstreams.OrderBy(static upstream => upstream.Name, StringComparer.Ordinal)];
    }

    private List<Placed<PeerConfig>> Peers(ConfigSection response, TimeSpan lease)
    {
        var names = new UniqueNames("peer", mistakes);
        var peers = new List<Placed<PeerConfig>>();
        foreach (var section in response.ReadSections(ResponseKeys.Peers))
        {
            if (section.TryRead(PeerKeys.Name, out var name))
                names.Add(name);
            var hasAddress = section.TryRead(PeerKeys.Address, out var address);
            var hasLocal = section.TryRead(PeerKeys.LocalAddress, out var local);
            if (hasAddress && hasLocal && address.Value.IsIPv4 != local.Value.IsIPv4)
                mistakes.Add(local.Place, $"{local.Value} is of another family than the peer's address {address.Value}", "write an address of this machine of the same family");
            var (holdTime, restart) = Keeps(section, lease);
            var families = section.ReadList(PeerKeys.Families);
            peers.Add(new Placed<PeerConfig>(new PeerConfig
            {
                Name = name.Value ?? "",
                Address = address.Value,
                Port = (ushort)section.Read(PeerKeys.Port),
                PeerAs = (uint)section.Read(PeerKeys.PeerAs),
                LocalAddress = hasLocal ? local.Value : null,
                Password = Password(section),
                Hops = section.TryRead(PeerKeys.Hops, out var hops) ? (int)hops.Value : null,
                HoldTime = holdTime,
                GracefulRestart = restart,
                Families = families.Count == 0 ? PeerKeys.Families.Default.Aggregate(static (all, one) => all | one) : families.Aggregate(BgpFamilies.None, static (all, one) => all | one.Value),
                Profile = section.Read(PeerKeys.Profile),
            }, section.Place ?? default));
        }

        foreach (var peer in peers.Skip(MostPeers))
            mistakes.Add(peer.Place, string.Create(CultureInfo.InvariantCulture, $"there are more than {MostPeers} peers"), "announce to a route reflector instead");
        return peers;
    }

    /// <summary>Hold time and restart time: one after the other, when the connection breaks at the end of the first.</summary>
    private (TimeSpan Hold, TimeSpan? Restart) Keeps(ConfigSection peer, TimeSpan lease)
    {
        var hasHold = peer.TryRead(PeerKeys.HoldTime, out var hold);
        var time = hasHold ? hold.Value : PeerKeys.HoldTime.Default;
        if (!peer.TryRead(PeerKeys.GracefulRestart, out var restart))
        {
            if (hasHold)
                _keeps.Add((time, TimeSpan.Zero, hold.Place));
            return (time, null);
        }

        if (restart.Value > lease)
        {
            mistakes.Add(
                restart.Place,
                $"this router would keep filters for {PeerKeys.GracefulRestart.Value.Spell(restart.Value)} after Breakwater's end, longer than the lease of {ResponseKeys.Lease.Value.Spell(lease)}",
                "shorten 'gracefulRestart': an upgrade takes seconds; or lengthen 'response.lease'");
        }
        else
        {
            _keeps.Add((time, restart.Value, restart.Place));
        }

        return (time, restart.Value);
    }

    private ImmutableArray<HostConfig> Hosts(ConfigSection response)
    {
        var names = new UniqueNames("host", mistakes);
        var (hosts, sockets) = (new List<HostConfig>(), new Dictionary<string, ConfigPlace>(StringComparer.Ordinal));
        foreach (var section in response.ReadSections(ResponseKeys.Hosts))
        {
            if (section.TryRead(HostKeys.Name, out var name))
                names.Add(name);
            // Two that ask one agent would count every packet twice.
            if (section.TryRead(HostKeys.Socket, out var socket) && !sockets.TryAdd(socket.Value, socket.Place))
                mistakes.Add(socket.Place, $"the agent on {ConfigMistakes.Quote(socket.Value)} stands here already, {sockets[socket.Value].InWords}", "remove one of both, or write the socket of another agent");
            if (hosts.Count == MostHosts)
                mistakes.Add(section.Place ?? default, string.Create(CultureInfo.InvariantCulture, $"there are more than {MostHosts} hosts"), "let one agent have several interfaces instead");
            hosts.Add(new HostConfig { Name = name.Value ?? "", Socket = socket.Value ?? "" });
        }

        return [.. hosts.OrderBy(static host => host.Name, StringComparer.Ordinal)];
    }

    private string? Password(ConfigSection peer)
    {
        var hasKey = peer.TryRead(PeerKeys.Password, out var key);
        if (!peer.TryRead(PeerKeys.PasswordFile, out var file))
            return hasKey ? key.Value : null;
        if (peer.Has(PeerKeys.Password))
            mistakes.Add(file.Place, "'password' and 'passwordFile' are both given", "keep the file");
        var path = Path.GetFullPath(file.Value, folder);
        try
        {
            using var reader = new StreamReader(path);
            Span<char> begin = stackalloc char[SecretValue.MaxOctets + 2];
            var line = begin[..reader.ReadBlock(begin)].ToString().Split('\n')[0].TrimEnd('\r');
            if (PeerKeys.Password.Value.Read(line, out _) is null)
                return line;
            mistakes.Add(file.Place, $"the first line of {ConfigMistakes.Quote(path)} is no key", $"write {PeerKeys.Password.Value.Range} on its first line");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            mistakes.Add(file.Place, $"{ConfigMistakes.Quote(path)} cannot be read", "put a file there that this user may read, or remove 'passwordFile'");
        }

        return null;
    }

    private ImmutableArray<Prefix> Prefixes(ConfigSection section)
    {
        var prefixes = section.ReadList(ResponseKeys.Prefixes);
        foreach (var wide in prefixes.Where(static prefix => prefix.Value.Length < (prefix.Value.Network.IsIPv4 ? ShortestIPv4 : ShortestIPv6)))
            mistakes.Add(wide.Place, $"{wide.Value} is too wide for filters", $"write networks of your own, at most as wide as a /{ShortestIPv4} (IPv4) or a /{ShortestIPv6} (IPv6)");
        return [.. prefixes.Select(static prefix => prefix.Value).Distinct().OrderBy(static prefix => prefix.Network).ThenBy(static prefix => prefix.Length)];
    }

    private ImmutableArray<MaintenanceWindow> Maintenance(ConfigSection section)
    {
        var windows = new List<MaintenanceWindow>();
        foreach (var window in section.ReadSections(ResponseKeys.Maintenance))
        {
            var days = window.ReadList(MaintenanceKeys.Days).Select(static day => day.Value).Distinct().Order();
            var hasBoth = window.TryRead(MaintenanceKeys.From, out var from) & window.TryRead(MaintenanceKeys.To, out var to);
            if (hasBoth && from.Value == to.Value)
                mistakes.Add(to.Place, "the window ends when it begins", "write another time; 00:00 to 23:59 is a whole day but its last minute");
            windows.Add(new MaintenanceWindow([.. days], from.Value, to.Value));
        }

        return [.. windows.OrderBy(static window => window.From).ThenBy(static window => window.To)];
    }
}
