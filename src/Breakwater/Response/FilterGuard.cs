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
    private readonly Func<BreakwaterConfig> _config;
    private readonly uint _asNumber;
    private BreakwaterConfig _seen;
    private long _refused;

    /// <param name="config">The configuration in force.</param>
    public FilterGuard(Func<BreakwaterConfig> config)
    {
        _config = config;
        _seen = config();
        _asNumber = _seen.Response.AsNumber ?? 0;
        Routes = new AnnouncementGuard(_seen.Response.Prefixes, _seen.Allow, _seen.Response.MaxRules);
    }

    /// <summary>The announcer's guard: of the same bounds.</summary>
    public AnnouncementGuard Routes { get; }

    /// <summary>Filters that were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes the bounds of the configuration in force, when it is another one.</summary>
    public void Refresh()
    {
        var present = _config();
        if (ReferenceEquals(present, Interlocked.Exchange(ref _seen, present)))
            return;
        Routes.Replace(present.Response.Prefixes, present.Allow, present.Response.MaxRules);
    }

    /// <summary>Why the filter must not be, as a sentence without its full stop; null: it may.</summary>
    public string? Fault(FilterRule rule)
    {
        Refresh();
        var fault = RuleCheck.Fault(rule.Match, rule.Action)
            ?? (RuleRoutes.Of(rule, _asNumber) is { } route ? Routes.Fault(route, others: null) : "the rule is too long for FlowSpec");
        if (fault is not null)
            Interlocked.Increment(ref _refused);
        return fault;
    }
}
