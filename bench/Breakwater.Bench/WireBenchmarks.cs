using BenchmarkDotNet.Attributes;
using Breakwater.Bench.Harness;
using Breakwater.Bench.Workloads;

namespace Breakwater.Bench;

/// <summary>The same workloads for BenchmarkDotNet: time and allocations of one pass over 48 MiB of telemetry.</summary>
[MemoryDiagnoser]
public class WireBenchmarks
{
    private readonly DestinationTable _table = new();
    private Workload _workload = null!;
    private ulong _sum;

    /// <summary>Name of the workload.</summary>
    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => All.Workloads.Select(workload => workload.Name);

    [GlobalSetup]
    public void Make() => _workload = All.Workloads.First(workload => workload.Name == Name).Make();

    [Benchmark]
    public long Decode() => _workload.Sum(ref _sum);

    [Benchmark]
    public long DecodeAndCount() => _workload.Count(_table);
}
