using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

/// <summary>Both detectors' outcomes on one scenario, from one and the same traffic.</summary>
internal sealed record Comparison(Outcome Breakwater, Outcome Naive, long Packets, double Seconds)
{
    /// <summary>Counterfactuals that Breakwater evaluated again, where its options ask for that, and those that turned nothing.</summary>
    public (long Evaluated, ImmutableArray<string> Failed) Counterfactuals { get; init; } = (0, []);
}

/// <summary>Runs scenarios.</summary>
internal static class ScenarioRun
{
    /// <summary>Runs one scenario.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="transform">Changes the engine's options, for instance to switch a detector off; null for the defaults.</param>
    public static Comparison Run(ScenarioCase scenario, Func<DetectorOptions, DetectorOptions>? transform = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        var truths = scenario.Expected.Select(expected => new Truth(scenario, expected)).ToList();
        var engine = new BreakwaterEngine(scenario.Protect, transform);
        var naive = new NaiveOpponent(scenario.Protect);
        var packets = ScenarioTraffic.Tell(scenario, truths, new Both(engine, naive));
        var findings = engine.Finish();
        return new Comparison(
            Scoring.Score(scenario, truths, findings), Scoring.Score(scenario, truths, naive.Finish()), packets,
            TimeProvider.System.GetElapsedTime(started).TotalSeconds)
        { Counterfactuals = engine.Counterfactuals };
    }

    /// <summary>Runs many, on all processors, in the order given.</summary>
    public static ImmutableArray<Comparison> Run(IEnumerable<ScenarioCase> scenarios, Func<DetectorOptions, DetectorOptions>? transform = null)
    {
        var all = scenarios.ToArray();
        var done = new Comparison[all.Length];
        Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => done[i] = Run(all[i], transform));
        return [.. done];
    }

    private sealed class Both(IRecordTaker first, IRecordTaker second) : IRecordTaker
    {
        public void Take(in FlowRecord flow)
        {
            first.Take(in flow);
            second.Take(in flow);
        }
    }
}
