using Breakwater.Configuration;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>
/// The bounds of all filters, whoever asks and whatever enforces them: nothing outside the allowed prefixes, nothing on the allow-list, no more than
/// the cap. Asked before a filter is proposed and again before it is set; the announcer's own guard looks at the octets once more.
/// </summary>
internal sealed class FilterGuard
{
    private long _refused;
    private uint _asNumber;

    public FilterGuard(BreakwaterConfig config) => (Routes, _asNumber) = (new AnnouncementGuard(config.Response.Prefixes, config.Allow, config.Response.MaxRules), config.Response.AsNumber ?? 0);

    /// <summary>The announcer's guard: of the same bounds.</summary>
    public AnnouncementGuard Routes { get; }

    /// <summary>Filters that were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes the bounds of another configuration.</summary>
    public void Reload(BreakwaterConfig config)
    {
        Routes.Replace(config.Response.Prefixes, config.Allow, config.Response.MaxRules);
        _asNumber = config.Response.AsNumber ?? 0;
    }

    /// <summary>Why the filter must not be, as a sentence without its full stop; null: it may.</summary>
    public string? Fault(FilterRule rule)
    {
        var fault = RuleCheck.Fault(rule.Match, rule.Action)
            ?? (RuleRoutes.Of(rule, _asNumber) is { } route ? Routes.Fault(route, 0) : "the rule is too long for FlowSpec");
        if (fault is not null)
            Interlocked.Increment(ref _refused);
        return fault;
    }
}
