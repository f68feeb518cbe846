using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>Filters as announcements to all routers of the speaker. Taken means: in the table that the routers get, now or when they have a session; what they do with it, they do not tell.</summary>
internal sealed class BgpPlane(BgpSpeaker speaker, uint asNumber) : IFilterPlane
{
    public string? Set(FilterRule rule, TimeSpan lease) =>
        RuleRoutes.Of(rule, asNumber) is { } route ? speaker.Announce(route, lease) : "the rule is too long for FlowSpec";

    public int AnnouncedTo(FilterRule rule) => RuleRoutes.Of(rule, asNumber) is { } route ? speaker.AnnouncedTo(route) : 0;

    public DateTimeOffset? KeptUntil(FilterRule rule) =>
        speaker.KeepsRoutes && RuleRoutes.Of(rule, asNumber) is { } route ? speaker.KeptUntil(route.Key) : null;

    public void Clear(FilterRule rule)
    {
        if (RuleRoutes.Of(rule, asNumber) is { } route)
            speaker.Withdraw(route.Key);
    }
}
