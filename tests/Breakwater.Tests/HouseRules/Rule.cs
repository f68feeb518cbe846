namespace Breakwater.Tests.HouseRules;

/// <summary>A rule of the house, told with everything that breaks it.</summary>
internal static class Rule
{
    public static void Holds<T>(IEnumerable<T> violations)
    {
        var all = violations.Select(violation => violation?.ToString()).ToList();
        Assert.True(all.Count == 0, $"{all.Count} violation(s):\n{string.Join('\n', all)}");
    }
}
