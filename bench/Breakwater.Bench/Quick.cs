using System.Globalization;
using Breakwater.Bench.Harness;
using Breakwater.Bench.Workloads;

namespace Breakwater.Bench;

/// <summary>The own harness: all workloads in one run, beside what the machine allows.</summary>
internal static class Quick
{
    private const int Rounds = 7;
    private const double RoundSeconds = 0.3;

    // What a file may cost by itself (its list of interfaces): nothing beside hundreds of thousands of records.
    private const long BytesPerPass = 1024;

    public static int Execute(IReadOnlyList<string> names, bool keepsHistory, bool onlyFloor, bool checks)
    {
        if (Unknown(names, All.Workloads.Select(static workload => workload.Name)))
            return 2;
        var missed = 0;
        var table = new DestinationTable();
        ulong sum = 0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"per CPU second of one core",-30} {"M/s min",9} {"median",9} {"max",9} {"by clock",10} {"goal",6} {"floor",7} {"of floor",9} {"B/record",9}"));
        var increments = Figures.Measure(() => Floor.Increment(table), Rounds, RoundSeconds);
        Print("floor: random increments", increments, null, null, null, null);
        foreach (var (name, make) in All.Workloads)
        {
            if (names.Count > 0 && !names.Contains(name, StringComparer.Ordinal))
                continue;
            var workload = make();
            var bytes = workload.Bytes;
            var read = Figures.Measure(() => Floor.Read(bytes.Span, ref sum), Rounds, RoundSeconds);
            var records = workload.Sum(ref sum);
            var bytesPerRecord = (double)bytes.Length / records;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {records:N0} records of {bytesPerRecord:F1} bytes; floor: {read.Median / 1e9:F1} GB/s read"));
            if (onlyFloor)
                continue;
            var decoded = Figures.Measure(() => workload.Sum(ref sum), Rounds, RoundSeconds);
            Measure(workload, "decode", decoded, read.Median / bytesPerRecord, records, keepsHistory);
            if (checks && !Check(workload, decoded))
                missed++;
            table = new DestinationTable();
            var counted = Figures.Measure(() => workload.Count(table), Rounds, RoundSeconds);
            var floor = 1 / ((bytesPerRecord / read.Median) + (1 / increments.Median));
            Measure(workload, "decode+count", counted, floor, records, keepsHistory);
        }

        Console.WriteLine($"(sum {sum}, {table.Used:N0} destinations)");
        return missed == 0 ? 0 : 1;
    }

    /// <summary>Says which names are none of a workload: a check that measures nothing has not passed.</summary>
    public static bool Unknown(IReadOnlyList<string> names, IEnumerable<string> known)
    {
        var unknown = names.Except(known, StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
            Console.Error.WriteLine($"no workload: {string.Join(' ', unknown)}");
        return unknown.Length > 0;
    }

    private static bool Check(Workload workload, Figures figures)
    {
        var isFast = figures.Median >= (workload.Goal ?? 0) * 1e6;
        var isQuiet = workload.AllocatedBytes <= BytesPerPass;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{workload.Name} decodes {figures.Median / 1e6:F1} M records per CPU-second (goal {workload.Goal}), allocates {workload.AllocatedBytes} bytes a pass");
        Console.WriteLine(isFast && isQuiet ? $"ok bench: {text}" : $"FAIL bench: {workload.Name}: {text}");
        return isFast && isQuiet;
    }

    private static void Measure(Workload workload, string what, Figures figures, double floor, long records, bool keepsHistory)
    {
        var allocated = (double)workload.AllocatedBytes / records;
        Print($"{workload.Name} {what}", figures, workload.Goal, floor, figures.Median / floor, allocated);
        if (keepsHistory)
            History.Append($"{workload.Name} {what}", figures, figures.Median / floor, allocated);
    }

    private static void Print(string what, Figures figures, int? goal, double? floor, double? ratio, double? allocated) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-30} {figures.Minimum / 1e6,9:F1} {figures.Median / 1e6,9:F1} {figures.Maximum / 1e6,9:F1} {figures.ByTheClock / 1e6,10:F1} {goal,6} {floor / 1e6,7:F0} {ratio,9:P0} {allocated,9:F3}"));
}
