using System.Globalization;
using System.Runtime.CompilerServices;
using Breakwater.Bench.Harness;
using Breakwater.Bench.Workloads;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Bench;

/// <summary>What detection costs above decoding: speed, allocations and memory, over few and over many own hosts.</summary>
internal static class Detect
{
    private const int Rounds = 7;
    private const double RoundSeconds = 0.3;

    // A tick of record time.
    private const int TicksPerSecond = 10;

    // Below the limit of a tick.
    private const long StudiedPerSecond = 600_000;
    // Six seconds of record time: every place of close watch is taken by then, nobody is new to it, and every method compiled.
    private const int WarmUpTicks = 60;
    private const long MemoryRecordsPerSecond = 100_000;
    private const int MemoryMinutes = 5;
    private const double LimitMegabytes = 500;

    // Flat: what the last four minutes may add, all detectors at work (megabytes).
    private const double LimitGrowthMegabytes = 10;
    private const double LimitNanoseconds = 25;

    /// <summary>A workload: own hosts, and the promised speed in million records per CPU-second, at as many a second of record time.</summary>
    private static readonly (string Name, uint Hosts, double Goal)[] _workloads = [("detect-10k", 10_000, 15), ("detect-1m", 1_000_000, 6)];

    private const string Cold = "detect-cold";

    private static bool _checks, _failed;

    public static int Execute(IReadOnlyList<string> names, bool keepsHistory, bool checks)
    {
        if (Quick.Unknown([.. names.Where(static name => !File.Exists(name))], [.. _workloads.Select(static workload => workload.Name), Cold, .. DetectLog.Names]))
            return 2;
        (_checks, _failed) = (checks, false);
        foreach (var (name, hosts, goal) in _workloads)
        {
            if (names.Count > 0 && !names.Contains(name, StringComparer.Ordinal))
                continue;
            Workload(name, hosts, goal, keepsHistory);
        }

        if (names.Count == 0 || names.Contains(Cold, StringComparer.Ordinal))
            DetectCold.Execute(Judge);
        DetectLog.Execute(names, keepsHistory, Judge);
        return _failed ? 1 : 0;
    }

    /// <summary>A method of its own: what it held counts for no later workload.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Workload(string name, uint hosts, double goal, bool keepsHistory)
    {
        var traffic = new DetectTraffic(hosts);
        Studied(name, hosts, traffic, keepsHistory);
        // As many a second of record time as are promised a second of processor time: a tick has more than are studied each, and what was ordinary is a flood.
        traffic.RecordsPerSecond = (long)(goal * 1e6);
        Speed($"{name} in real time", goal, traffic, NewDetector(), keepsHistory);
    }

    /// <summary>All detectors on; the own networks are known, as in any installation.</summary>
    public static Detector NewDetector() => new(new DetectorOptions { Protect = [new Prefix(Address.FromIPv4(0x0A000000), 8)] });

    /// <summary>As many records a second of record time as are all studied.</summary>
    private static void Studied(string name, uint hosts, DetectTraffic traffic, bool keepsHistory)
    {
        var detector = NewDetector();
        traffic.RecordsPerSecond = StudiedPerSecond;
        Speed(name, null, traffic, detector, keepsHistory);
        if (hosts >= 1_000_000)
            Memory(name, hosts, traffic, detector);
        Report(name, detector.Finish());
    }

    private static void Speed(string name, double? goal, DetectTraffic traffic, Detector detector, bool keepsHistory)
    {
        ulong sum = 0;
        var decode = Figures.Measure(() => Sum(traffic, ref sum), Rounds, RoundSeconds);
        Console.WriteLine(Text($"{name}: million records per CPU-second (slowest, middle, fastest round)"));
        Print("decode", decode);
        var table = new DestinationTable(21);
        var count = Figures.Measure(() => Count(traffic, table), Rounds, RoundSeconds);
        Print("decode+count", count);
        var sink = new DetectSink(detector);
        var detect = Figures.Measure(() => traffic.Decode(ref sink, traffic.RecordsPerSecond / TicksPerSecond), Rounds, RoundSeconds, WarmUpTicks);

        // Once more for allocations, now that all is warm.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var counted = traffic.Decode(ref sink, 20 * traffic.RecordsPerSecond / TicksPerSecond);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Print("decode+detect", detect);
        var above = (1e9 / detect.Median) - (1e9 / count.Median);
        var bytes = (double)allocated / counted;
        Console.WriteLine(Text($"  detection above decode and count: {above:F1} ns a record; {bytes:F4} bytes allocated a record (sum {sum}, {table.Used:N0} hosts counted, {sink.Flows:N0} records judged)"));
        if (keepsHistory)
        {
            History.Append($"{name} decode+count", count, count.Median / decode.Median, 0);
            History.Append($"{name} decode+detect", detect, detect.Median / decode.Median, bytes);
        }

        if (goal is null)
        {
            Judge(bytes < 1, Text($"{name}: {bytes:F4} bytes allocated a record (limit 1: dossiers are made, records are not)"));
            return;
        }

        Judge(detect.Median >= goal * 1e6, Text($"{name}: {detect.Median / 1e6:F1} M records per CPU-second, decode included (goal {goal})"));
        Judge(above <= LimitNanoseconds, Text($"{name}: detection takes {above:F1} ns a record above decode and count (goal {LimitNanoseconds})"));
    }

    /// <summary>Five minutes of record time: what the engine holds after each, telemetry and program not counted.</summary>
    private static void Memory(string name, uint hosts, DetectTraffic traffic, Detector detector)
    {
        traffic.RecordsPerSecond = MemoryRecordsPerSecond;
        var sink = new DetectSink(detector);
        var heap = new double[MemoryMinutes + 1];
        for (var minute = 0; minute <= MemoryMinutes; minute++)
        {
            if (minute > 0)
                traffic.Decode(ref sink, MemoryRecordsPerSecond * 60);
            heap[minute] = (GC.GetTotalMemory(forceFullCollection: true) - traffic.HeldBytes) / 1e6;
            var resident = (Environment.WorkingSet - traffic.HeldBytes) / 1e6;
            Console.WriteLine(Text($"  minute {minute}: {heap[minute]:F1} MB on the heap, {resident:F1} MB resident (program and counting table included, telemetry of {traffic.HeldBytes / 1e6:F0} MB not)"));
        }

        GC.KeepAlive(detector);
        var growth = heap[MemoryMinutes] - heap[1];
        Judge(heap[MemoryMinutes] <= LimitMegabytes, Text($"{name}: {heap[MemoryMinutes]:F1} MB for {hosts:N0} hosts and {DetectTraffic.Sources:N0} senders (limit {LimitMegabytes})"));
        Judge(growth <= LimitGrowthMegabytes, Text($"{name}: {growth:F2} MB more after minute {MemoryMinutes} than after the first (limit {LimitGrowthMegabytes})"));
    }

    private static void Report(string name, DetectionResult result)
    {
        Console.WriteLine(Text($"  {result.Hosts:N0} hosts, {result.Incidents.Length} incidents, left out: {string.Join("; ", result.LeftOut.Select(static entry => Text($"{entry.Records:N0} {entry.Reason}")))}"));
        foreach (var incident in result.Incidents.Take(5))
            Console.WriteLine(Text($"    {incident.Target}: {incident.Verdict}, {string.Join(' ', incident.Vectors.Select(static vector => vector.Vector))}"));
        Judge(!result.Incidents.Any(static incident => incident.Verdict == Verdict.Attack), Text($"{name}: {result.Incidents.Length} incidents in traffic without an attack"));
    }

    private static long Sum(DetectTraffic traffic, ref ulong sum)
    {
        var sink = default(SumSink);
        var records = traffic.Decode(ref sink, traffic.RecordsPerSecond / TicksPerSecond);
        sum += sink.Sum;
        return records;
    }

    private static long Count(DetectTraffic traffic, DestinationTable table)
    {
        var sink = new CountSink(table);
        var records = traffic.Decode(ref sink, traffic.RecordsPerSecond / TicksPerSecond);
        table.Flush();
        return records;
    }

    private static void Judge(bool isMet, string text)
    {
        if (!_checks)
            return;
        Console.WriteLine(isMet ? $"ok {text}" : $"FAIL {text}");
        _failed |= !isMet;
    }

    private static void Print(string what, Figures figures) =>
        Console.WriteLine(Text($"  {what,-14} {figures.Minimum / 1e6,6:F2} {figures.Median / 1e6,6:F2} {figures.Maximum / 1e6,6:F2}   {1e9 / figures.Median,6:F1} ns a record"));

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
