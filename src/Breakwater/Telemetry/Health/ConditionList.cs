using System.Collections.Immutable;
using System.Globalization;

namespace Breakwater.Telemetry.Health;

/// <summary>The conditions of one exporter from second to second: each keeps the time when it began while it lasts.</summary>
internal sealed class ConditionList
{
    private readonly SortedDictionary<HealthConditionKind, HealthCondition> _present = [];
    private readonly SortedDictionary<HealthConditionKind, HealthCondition> _found = [];

    /// <summary>States that something is wrong now.</summary>
    public void Find(HealthConditionKind kind, DateTimeOffset since, FormattableString sentence)
    {
        if (_present.TryGetValue(kind, out var known))
            since = known.Since;
        _found[kind] = new HealthCondition(kind, sentence.ToString(CultureInfo.InvariantCulture), since);
    }

    /// <summary>Ends a second: what was not found again is over.</summary>
    /// <param name="isChanged">A condition began or ended.</param>
    public ImmutableArray<HealthCondition> Close(out bool isChanged)
    {
        isChanged = !_present.Keys.SequenceEqual(_found.Keys);
        _present.Clear();
        foreach (var (kind, condition) in _found)
            _present.Add(kind, condition);
        _found.Clear();
        return [.. _present.Values];
    }
}
