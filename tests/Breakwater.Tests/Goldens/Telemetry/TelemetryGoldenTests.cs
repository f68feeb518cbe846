namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// Every golden of the shared telemetry captures, whatever the folders hold. BREAKWATER_TELEMETRY_GOLDENS names another folder to try.
/// BREAKWATER_WRITE_GOLDENS=1 writes the document.
/// </summary>
public sealed class TelemetryGoldenTests
{
    private const int ListedDifferences = 3000;

    private static readonly Lazy<Agreement> s_shared = new(() => Agreement.OfFolder(SharedData.Path("flow-telemetry")));

    [Fact]
    public void Decode_SharedGoldens_HasNoUnexplainedDifference()
    {
        var agreement = Shared();
        Assert.NotEqual(0, agreement.Goldens);
        AssertExplained(agreement);
    }

    [Fact]
    public void Decode_GoldensOfAnotherFolder_HasNoUnexplainedDifference()
    {
        var folder = Environment.GetEnvironmentVariable("BREAKWATER_TELEMETRY_GOLDENS");
        if (string.IsNullOrEmpty(folder))
            Assert.Skip("BREAKWATER_TELEMETRY_GOLDENS names no folder");
        AssertExplained(Agreement.OfFolder(folder));
    }

    [Fact]
    public void Reasons_OfSharedGoldens_AllExplainSomething()
    {
        Assert.Empty(Shared().Unused.Select(r => $"{r.Tool} {r.Format} {r.Element} {r.Kind}: {r.Text}"));
    }

    [Fact]
    public void Document_GoldenAgreement_IsCurrent()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, Agreement.DocumentPath);
        var generated = Shared().ToMarkdown();
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_GOLDENS") == "1")
            File.WriteAllText(path, generated);
        Assert.Equal(File.ReadAllText(path), generated);
    }

    /// <summary>Outside the lazy value: a skip must not be cached as its failure.</summary>
    private static Agreement Shared()
    {
        SharedData.Root();
        return s_shared.Value;
    }

    private static void AssertExplained(Agreement agreement)
    {
        var unexplained = agreement.Unexplained;
        if (unexplained.Count == 0)
            return;
        var byKey = unexplained.CountBy(u => $"{u.Difference.Format} {u.Difference.Element} {u.Difference.Kind} {u.Difference.GoldenName}")
            .OrderByDescending(c => c.Value).Select(c => $"{c.Value} x {c.Key}");
        var single = unexplained.Take(ListedDifferences).Select(u => $"{u.Golden}: {u.Difference}");
        Assert.Fail($"{unexplained.Count} unexplained differences\n{string.Join('\n', byKey.Take(ListedDifferences))}\n\n{string.Join('\n', single)}");
    }
}
