using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Configuration;

/// <summary>Keys of what is proposed and sent; those of <c>response</c> and of a service's own <c>response</c>.</summary>
internal static class PolicyKeys
{
    private static ResponsePolicyConfig Defaults => ResponsePolicyConfig.Default;

    public static readonly ScalarKey<ResponseMode> Mode = new(
        "mode",
        new ChoiceValue<ResponseMode>("mode", [("off", ResponseMode.Off), ("propose", ResponseMode.Propose), ("automatic", ResponseMode.Automatic)]),
        "What Breakwater may do about an attack; automatic sends a filter only when all conditions below hold, and proposes all others")
    {
        Default = Defaults.Mode,
    };

    public static readonly ScalarKey<Confidence> MinConfidence = new(
        "minConfidence",
        new ChoiceValue<Confidence>("confidence", [("low", Confidence.Low), ("medium", Confidence.Medium), ("high", Confidence.High)]),
        "Least confidence of the verdict for automatic")
    {
        Default = Defaults.MinConfidence,
    };

    public static readonly ScalarKey<double> MaxDropped = new(
        "maxDropped", new PercentValue("1%"), "Most of the legitimate packets, bytes and clients that a filter may drop, by the upper end of its price")
    {
        Default = Defaults.MaxDroppedPercent,
    };

    public static readonly ScalarKey<double> MinCovered = new(
        "minCovered", new PercentValue("50%"), "Least of the attack that an automatic filter has to remove, by the lower end of the interval")
    {
        Default = Defaults.MinCoveredPercent,
    };

    public static readonly ScalarKey<long> MaxRulesPerIncident = new("maxRulesPerIncident", new CountValue(1, 16, "rules"), "Most rules for one incident")
    {
        Default = Defaults.MaxRulesPerIncident,
    };

    public static readonly ScalarKey<BlackholeUse> Blackhole = new(
        "blackhole",
        new ChoiceValue<BlackholeUse>("use of blackholes", [("never", BlackholeUse.Never), ("propose", BlackholeUse.Propose)]),
        "Whether giving up the attacked address is put before people, as the last alternative; it is never sent by itself")
    {
        Default = Defaults.Blackhole,
    };

    public static readonly ScalarKey<bool> FourEyes = new(
        "fourEyes", new ChoiceValue<bool>("word", [("true", true), ("false", false)]), "Each filter needs two people, by two tokens")
    {
        Default = Defaults.FourEyes,
    };

    public static readonly ScalarKey<TimeSpan> EscalateAfter = new(
        "escalateAfter", new DurationValue(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), Defaults.EscalateAfter), "An automatic filter that did not bring the incident down for so long: the next alternative is put before people")
    {
        Default = Defaults.EscalateAfter,
    };

    public static readonly ScalarKey<TimeSpan> HoldAfter = new(
        "holdAfter", new DurationValue(TimeSpan.Zero, TimeSpan.FromDays(1), Defaults.HoldAfter), "How long a filter stays after its incident is over")
    {
        Default = Defaults.HoldAfter,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Mode, MinConfidence, MaxDropped, MinCovered, MaxRulesPerIncident, Blackhole, FourEyes, EscalateAfter, HoldAfter];
}

internal static class ResponseKeys
{
    public static readonly ScalarKey<long> AsNumber = new("asNumber", new CountValue(1, uint.MaxValue, "AS number"), "The autonomous system that Breakwater announces from; needed with peers")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<Address> RouterId = new("routerId", new IPv4Value(), "Breakwater's BGP identifier; needed with peers") { Reload = ConfigReload.Restart };

    public static readonly SectionListKey Peers = new("peers", PeerKeys.All, "Routers that get the filters, over BGP") { Reload = ConfigReload.Restart };

    public static readonly SectionListKey Hosts = new("hosts", HostKeys.All, "Agents of this machine that drop packets at its interfaces (breakwater agent)") { Reload = ConfigReload.Restart };

    public static readonly ListKey<Prefix> Prefixes = new(
        "prefixes", new PrefixValue(), "Destinations that filters may have, at most as wide as a /16 or an IPv6 /32; without the key the addresses of all services");

    public static readonly ScalarKey<TimeSpan> Lease = new(
        "lease", new DurationValue(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300), ResponseConfig.Default.Lease), "A filter is gone so long after Breakwater last renewed it")
    {
        Default = ResponseConfig.Default.Lease,
    };

    public static readonly ScalarKey<long> MaxRules = new("maxRules", new CountValue(1, 1_000, "rules"), "Most rules at a time, of all incidents together")
    {
        Default = ResponseConfig.Default.MaxRules,
    };

    public static readonly SectionListKey Maintenance = new("maintenance", MaintenanceKeys.All, "Times of each week, in UTC, in which automatic only proposes");

    public static readonly ImmutableArray<ConfigKey> All = [.. PolicyKeys.All, AsNumber, RouterId, Peers, Hosts, Prefixes, Lease, MaxRules, Maintenance];
}

internal static class PeerKeys
{
    public static readonly ScalarKey<string> Name = new("name", new NameValue(), "What reports call it; no two are equal") { IsRequired = true, Reload = ConfigReload.Restart };
    public static readonly ScalarKey<Address> Address = new("address", new AddressValue(), "Its address") { IsRequired = true, Reload = ConfigReload.Restart };

    public static readonly ScalarKey<long> Port = new("port", new CountValue(1, ushort.MaxValue, "TCP port"), "Its BGP port") { Default = 179, Reload = ConfigReload.Restart };

    public static readonly ScalarKey<long> PeerAs = new("peerAs", new CountValue(1, uint.MaxValue, "AS number"), "Its autonomous system") { IsRequired = true, Reload = ConfigReload.Restart };

    public static readonly ScalarKey<Address> LocalAddress = new("localAddress", new AddressValue(), "The address that Breakwater connects from; without it, as the kernel routes") { Reload = ConfigReload.Restart };

    public static readonly ScalarKey<string> Password = new("password", new SecretValue(), "Key of TCP MD5 (RFC 2385); better in a file of its own") { Reload = ConfigReload.Restart };

    public static readonly ScalarKey<string> PasswordFile = new("passwordFile", new PathValue(), "A file whose first line is that key") { Reload = ConfigReload.Restart };

    public static readonly ScalarKey<long> Hops = new("hops", new CountValue(1, 255, "hops"), "Most hops to it (GTSM, RFC 5082): 1 for a neighbour on the link; without it, not checked") { Reload = ConfigReload.Restart };

    public static readonly ScalarKey<TimeSpan> HoldTime = new(
        "holdTime", new DurationValue(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(9)),
        "It forgets the filters so long after Breakwater fell silent; offered, the lower of both sides counts. Longer than the lease, it rules out automatic")
    {
        Default = TimeSpan.FromSeconds(9),
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<TimeSpan> GracefulRestart = new(
        "gracefulRestart", new DurationValue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(20)),
        "So long it may keep filters when Breakwater goes without a word, as in an upgrade (RFC 4724); without the key never. At most the lease")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ListKey<BgpFamilies> Families = new(
        "families",
        new ChoiceValue<BgpFamilies>("family",
        [
            ("ipv4", BgpFamilies.IPv4Unicast), ("ipv6", BgpFamilies.IPv6Unicast), ("ipv4-flowspec", BgpFamilies.IPv4FlowSpec), ("ipv6-flowspec", BgpFamilies.IPv6FlowSpec),
        ]),
        "Address families of the session; blackholes need ipv4 and ipv6, all other filters the FlowSpec ones")
    {
        Default = [BgpFamilies.IPv4Unicast, BgpFamilies.IPv6Unicast, BgpFamilies.IPv4FlowSpec, BgpFamilies.IPv6FlowSpec],
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<RouterFamily> Profile = new(
        "profile",
        new ChoiceValue<RouterFamily>("profile",
        [
            ("generic", RouterFamily.Generic), ("bird", RouterFamily.Bird), ("frr", RouterFamily.Frr), ("gobgp", RouterFamily.Gobgp), ("cisco-ios-xr", RouterFamily.CiscoIosXr),
            ("juniper-mx", RouterFamily.JuniperMx), ("arista", RouterFamily.Arista), ("mikrotik", RouterFamily.MikroTik),
        ]),
        "What it is, for what it can enforce")
    {
        Default = RouterFamily.Generic,
        Reload = ConfigReload.Restart,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Name, Address, Port, PeerAs, LocalAddress, Password, PasswordFile, Hops, HoldTime, GracefulRestart, Families, Profile];
}

internal static class MaintenanceKeys
{
    public static readonly ListKey<DayOfWeek> Days = new(
        "days",
        new ChoiceValue<DayOfWeek>("day",
        [
            ("mon", DayOfWeek.Monday), ("tue", DayOfWeek.Tuesday), ("wed", DayOfWeek.Wednesday), ("thu", DayOfWeek.Thursday), ("fri", DayOfWeek.Friday),
            ("sat", DayOfWeek.Saturday), ("sun", DayOfWeek.Sunday),
        ]),
        "Days on which it begins; without the key every day");

    public static readonly ScalarKey<TimeOnly> From = new("from", new ClockValue(), "When it begins") { IsRequired = true };
    public static readonly ScalarKey<TimeOnly> To = new("to", new ClockValue(), "When it ends; before its begin, the next day") { IsRequired = true };

    public static readonly ImmutableArray<ConfigKey> All = [Days, From, To];
}

internal static class UpstreamKeys
{
    public static readonly ScalarKey<string> Name = new("name", new NameValue(), "What reports call it; no two are equal") { IsRequired = true };
    public static readonly ScalarKey<string> Contact = new("contact", new LineValue(), "Whom to ask there: an address or a number") { IsRequired = true };
    public static readonly ScalarKey<long> AsNumber = new("asNumber", new CountValue(1, uint.MaxValue, "AS number"), "Its autonomous system");

    public static readonly ScalarKey<string> BlackholeCommunity = new("blackholeCommunity", new CommunityValue(), "The community that makes it discard a destination");

    public static readonly ScalarKey<RequestForm> Form = new(
        "form",
        new ChoiceValue<RequestForm>("form",
        [
            ("plain", RequestForm.Plain), ("flowspec", RequestForm.FlowSpec), ("cisco", RequestForm.Cisco), ("juniper", RequestForm.Juniper),
            ("mikrotik", RequestForm.MikroTik), ("nftables", RequestForm.Nftables),
        ]),
        "In which words a request is written")
    {
        Default = RequestForm.Plain,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Name, Contact, AsNumber, BlackholeCommunity, Form];
}
