using System.Globalization;
using Breakwater.Bench.Harness;
using Breakwater.Bench.Workloads;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Bench;

/// <summary>What web detection costs above the reading of lines; the verdict of the same run is printed.</summary>
internal static class DetectLog
{
    private const int Rounds = 5;
    private const double RoundSeconds = 0.3;
    private const int LinesAtOnce = 4_096;

    /// <summary>A pass is two million lines; in the first seven rounds of 25 some were a third slower than all later ones.</summary>
    private const int WarmUpPasses = 8;

    /// <summary>Workloads, and the promised speed with full detection in million lines per CPU-second.</summary>
    private static readonly (string Name, bool IsVaried, double Goal)[] _workloads = [("detect-log-plain", false, 5), ("detect-log-varied", true, 2.5)];

    public static IEnumerable<string> Names => _workloads.Select(static workload => workload.Name);

    public static void Execute(IReadOnlyList<string> names, bool keepsHistory, Action<bool, string> judge)
    {
        foreach (var (name, isVaried, goal) in _workloads)
        {
            if (names.Count == 0 || names.Contains(name, StringComparer.Ordinal))
                Measure(name, new LogWorkload(name, isVaried).Bytes.ToArray(), goal, keepsHistory, judge);
        }

        // Logs of one's own, in the Combined format.
        foreach (var path in names.Where(File.Exists))
            Measure(Path.GetFileName(path), File.ReadAllBytes(path), _workloads[0].Goal, keepsHistory, judge);
    }

    private static void Measure(string name, byte[] file, double goal, bool keepsHistory, Action<bool, string> judge)
    {
        long lines = 0;
        var parse = Figures.Measure(() => lines = Read(file, null), Rounds, RoundSeconds, WarmUpPasses);
        var allocated = 0L;
        WebResult? result = null;
        var detect = Figures.Measure(() => Detect(file, out result, out allocated), Rounds, RoundSeconds, WarmUpPasses);
        Console.WriteLine(Text($"{name}: {lines:N0} lines; million lines per CPU-second (slowest, middle, fastest round)"));
        Print("read", parse);
        Print("read+detect", detect);
        var incident = result!.Incidents.FirstOrDefault();
        var verdict = incident is null ? "no incident" : $"{incident.Verdict} ({Vectors.Name(incident.Vectors[0].Vector)})";
        Console.WriteLine(Text($"  detection above reading: {(1e9 / detect.Median) - (1e9 / parse.Median):F0} ns a line; {(double)allocated / lines:F2} bytes allocated a line; verdict: {verdict}"));
        if (keepsHistory)
            History.Append($"{name} read+detect", detect, detect.Median / parse.Median, (double)allocated / lines);
        judge(detect.Median >= goal * 1e6, Text($"{name} reads and judges {detect.Median / 1e6:F1} M lines per CPU-second (goal {goal}), {verdict}"));
    }

    private static long Detect(byte[] file, out WebResult result, out long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var detector = new WebDetector(new DetectorOptions());
        var lines = Read(file, detector);
        result = detector.Finish();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return lines;
    }

    private static long Read(byte[] file, WebDetector? detector)
    {
        using var stream = new MemoryStream(file, writable: false);
        var reader = new LogLineReader(stream);
        var decoder = new LogDecoder([LogFormat.Known.First(static format => format.Name == "combined")], TrustedProxies.None);
        long lines = 0;
        while (ReadSome(reader, decoder, detector) is > 0 and var some)
            lines += some;
        return lines;
    }

    /// <summary>A portion of the lines: called often, it is compiled anew as other methods are, and not amid a loop.</summary>
    private static int ReadSome(LogLineReader reader, LogDecoder decoder, WebDetector? detector)
    {
        var request = default(LogRequest);
        var lines = 0;
        while (lines < LinesAtOnce && reader.TryRead(out var line))
        {
            lines++;
            if (decoder.Decode(line, ref request) == LogError.None)
                detector?.Count(line, in request);
        }

        return lines;
    }

    private static void Print(string what, Figures figures) =>
        Console.WriteLine(Text($"  {what,-14} {figures.Minimum / 1e6,6:F2} {figures.Median / 1e6,6:F2} {figures.Maximum / 1e6,6:F2}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
