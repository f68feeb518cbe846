using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Breakwater.Bench.Harness;

/// <summary>One line per measured workload in bench/history.jsonl.</summary>
internal static class History
{
    public static void Append(string workload, Figures figures, double floorRatio, double bytesPerRecord)
    {
        var line = JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["commit"] = Git("rev-parse", "--short", "HEAD") + (Git("status", "--porcelain", "--", "src").Length > 0 ? "+" : ""),
            ["cpu"] = CpuModel(),
            ["runtime"] = Environment.Version.ToString(),
            ["workload"] = workload,
            ["recordsPerSecond"] = Math.Round(figures.Median),
            ["minimum"] = Math.Round(figures.Minimum),
            ["maximum"] = Math.Round(figures.Maximum),
            ["perCpuSecond"] = Math.Round(figures.PerCpuSecond),
            ["floorRatio"] = Math.Round(floorRatio, 3),
            ["allocatedBytesPerRecord"] = bytesPerRecord,
        });
        File.AppendAllText(Path.Combine(Root(), "bench", "history.jsonl"), line + "\n");
    }

    private static string CpuModel() => !File.Exists("/proc/cpuinfo")
        ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown"
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Breakwater.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("Breakwater.slnx is not above this program");
    }

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = Root() })!;
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text;
    }
}
