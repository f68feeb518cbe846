using System.Globalization;
using System.Reflection;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Statistics;
using Breakwater.Tests.Detection.Acceptance;
using Breakwater.Tests.HouseRules;
using Rule = Breakwater.Tests.HouseRules.Rule;

namespace Breakwater.Tests.Detection;

/// <summary>docs/reference/detection.md names every detector, floor and vector, and has the false alarms that this code's test of rates gives.</summary>
public sealed class DetectionPageTests
{
    private const string Page = "docs/reference/detection.md";
    private const string Explanation = "docs/explanation/how-an-attack-is-found.md";
    private const double TicksPerDay = 864_000;
    private static readonly int[] _samplings = [1, 100, 1000];

    /// <summary>Every length that the windows have, with how often a tick has it.</summary>
    private static readonly Lazy<(double Seconds, double PerTick)[]> _windows = new(Windows);

    [Fact]
    public void Page_HasASectionForEveryDetector() => Rule.Holds(WithoutSection(DetectorNames.All, SourceTree.Read(Page)));

    [Fact]
    public void Page_HasARowForEveryFloor() => Rule.Holds(WithoutRow(FloorKeys(), SourceTree.Read(Page)));

    [Fact]
    public void Page_NamesEveryVectorThatADetectorCanFind()
    {
        var page = SourceTree.Read(Page);
        Rule.Holds(Vectors.All.Select(Vectors.Name).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Page_WithoutADetectorOrFloor_IsFound()
    {
        Assert.Equal(["syn-ack"], WithoutSection(["syn", "syn-ack"], "### `syn`\ntext `syn-ack`\n"));
        Assert.Equal(["udp"], WithoutRow(["syn", "udp"], "| `syn` | 500 |\ntext `udp`\n"));
    }

    [Fact]
    public void Page_HasTheFalseAlarmsOfThisCode() => GeneratedPart.IsCurrent(Page, "false alarms", FalseAlarms());

    [Fact]
    public void Example_HasTheCountsOfThisCode() => GeneratedPart.IsCurrent(Explanation, "example", Example());

    [Fact]
    public void FalseAlarms_OfALooserTest_AreMore()
    {
        var strict = PerDay(new PoissonTest(1e-10), 500, 1, 1);
        Assert.True(PerDay(new PoissonTest(1e-6), 500, 1, 1) > 1_000 * strict);
        Assert.InRange(strict, 0.1 * TicksPerDay * RateWindows.WindowCount * 1e-10, 3 * TicksPerDay * RateWindows.WindowCount * 1e-10);
    }

    private static List<string> WithoutSection(IEnumerable<string> names, string page) =>
        [.. names.Where(name => !page.Contains($"### `{name}`\n", StringComparison.Ordinal))];

    private static List<string> WithoutRow(IEnumerable<string> keys, string page) =>
        [.. keys.Where(key => !page.Contains($"\n| `{key}` |", StringComparison.Ordinal) && !page.StartsWith($"| `{key}` |", StringComparison.Ordinal))];

    /// <summary>Floors as they are called in the configuration: <c>SynAck</c> is <c>synAck</c>.</summary>
    private static IEnumerable<string> FloorKeys() => typeof(Floors).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(static property => property.Name == nameof(Floors.VolumeBitsPerSecond) ? "volume" : char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);

    private static string FalseAlarms()
    {
        var alarm = new PoissonTest(new DetectorOptions().FalseAlarmProbability);
        var floors = new Floors();
        var table = new StringBuilder();
        table.Append("| Floors | Packets/s | Sampling | Rate at the floor | at 0.95 of it | at 0.7 of it |\n|---|---:|---:|---:|---:|---:|\n");
        var byRate = typeof(Floors).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.PropertyType == typeof(double))
            .GroupBy(property => (double)property.GetValue(floors)!).OrderByDescending(static group => group.Key);
        foreach (var group in byRate)
        {
            var names = string.Join(", ", group.Select(static property => $"`{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}`"));
            foreach (var sampling in _samplings)
            {
                table.Append(CultureInfo.InvariantCulture, $"| {names} | {group.Key:N0} | 1:{sampling} |");
                foreach (var part in (double[])[1, 0.95, 0.7])
                    table.Append(CultureInfo.InvariantCulture, $" {Text(PerDay(alarm, group.Key, sampling, part))} |");
                table.Append('\n');
            }
        }
        return table.ToString();
    }

    /// <summary>The worked example: 2,000 replies a second, 1 in 100 of them seen, against the floor.</summary>
    private static string Example()
    {
        const double rate = 2_000, sampling = 100;
        var alarm = new PoissonTest(new DetectorOptions().FalseAlarmProbability);
        var table = new StringBuilder("| Window | Samples expected at the floor | Fewest that alarm | Samples the attack gives |\n|---:|---:|---:|---:|\n");
        foreach (var seconds in _windows.Value.Select(static window => window.Seconds).Where(static seconds => seconds is 0.1 or 0.5 or 1 or 1.6 or 2 or 3.2 or 6.4))
        {
            var mean = new Floors().Amplification * Math.Max(seconds, 0.2) / sampling;
            table.Append(CultureInfo.InvariantCulture, $"| {seconds:0.0} s | {mean:0.0} | {FewestThatAlarm(alarm, mean)} | {rate * seconds / sampling:0} |\n");
        }
        return table.ToString();
    }

    private static string Text(double perDay) => perDay < 1e-30 ? "below 1e-30" : perDay.ToString("0.0e-0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Expected looks of a day that alarm when traffic runs at a part of its floor: exact Poisson tails at the counts from which on the
    /// detector's own test alarms, added up over all windows of all ticks as if each were a chance of its own.
    /// </summary>
    private static double PerDay(PoissonTest alarm, double floor, int sampling, double part)
    {
        var exact = new ExactPoisson(1, 0.1);
        var sum = 0.0;
        foreach (var (seconds, perTick) in _windows.Value)
        {
            // The shortest burst that counts in full is 0.2 s (RuleContext).
            var threshold = floor * Math.Max(seconds, 0.2) / sampling;
            var mean = part * floor * seconds / sampling;
            sum += perTick * exact.Tail(FewestThatAlarm(alarm, threshold), mean);
        }
        return TicksPerDay * sum;
    }

    private static int FewestThatAlarm(PoissonTest alarm, double mean)
    {
        var (below, above) = ((int)mean, (int)mean + 1);
        while (!alarm.IsAbove(above, mean))
            (below, above) = (above, above + above - (int)mean);
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            if (alarm.IsAbove(middle, mean))
                above = middle;
            else
                below = middle;
        }
        return above;
    }

    /// <summary>Read from the rings themselves, at every phase of their longest cell.</summary>
    private static (double Seconds, double PerTick)[] Windows()
    {
        const int phases = 100;
        var windows = new WindowSum[RateWindows.WindowCount];
        var counts = new SortedDictionary<double, int>();
        var rings = new RateWindows();
        for (var tick = 100_000; tick < 100_000 + phases; tick++)
        {
            rings.Add(tick, 1, 1);
            Assert.Equal(windows.Length, rings.Fill(windows));
            foreach (var window in windows)
                counts[window.Seconds] = counts.GetValueOrDefault(window.Seconds) + 1;
        }
        return [.. counts.Select(static entry => (entry.Key, (double)entry.Value / phases))];
    }
}
