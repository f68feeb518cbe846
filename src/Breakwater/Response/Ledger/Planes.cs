using System.Collections.Immutable;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>
/// Several planes as one: routers and hosts. A filter counts as set when one of them took it, as what one cannot express another may enforce; each
/// is told of the end, whatever it answered before. What the guard refuses reaches none of them, whoever asked.
/// </summary>
/// <param name="planes">Each.</param>
/// <param name="guard">Why a filter must not be set, as a sentence without its full stop; null: it may.</param>
internal sealed class Planes(ImmutableArray<IFilterPlane> planes, Func<FilterRule, string?> guard) : IFilterPlane
{
    public string? Set(FilterRule rule, TimeSpan lease)
    {
        if (guard(rule) is { } refused)
            return refused;
        var faults = planes.Select(plane => plane.Set(rule, lease)).ToList();
        if (planes.IsEmpty)
            return "there is nothing that would enforce a filter: no router and no host is configured";
        return faults.Contains(null) ? null : string.Join("; ", faults.Distinct(StringComparer.Ordinal));
    }

    public int AnnouncedTo(FilterRule rule) => planes.Sum(plane => plane.AnnouncedTo(rule));

    public DateTimeOffset? KeptUntil(FilterRule rule) => planes.Max(plane => plane.KeptUntil(rule));

    public void Clear(FilterRule rule)
    {
        foreach (var plane in planes)
            plane.Clear(rule);
    }
}
