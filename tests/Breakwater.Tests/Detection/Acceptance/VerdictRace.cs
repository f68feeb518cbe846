using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// One attack on an idle host, seen by the detector and by the best test there can be: one that knows when the attack began, counts from
/// then on, and asks at each tick's end for the exact Poisson tail of the count at the floor's rate.
/// </summary>
/// <param name="Floor">Seconds from the attack's start to the exact test's alarm; null when that takes longer than ten minutes.</param>
/// <param name="Verdict">Seconds to the detector's verdict; null when it gave none while it was looked at.</param>
internal readonly record struct VerdictRace(double? Floor, double? Verdict)
{
    public const double LongestSeconds = 600;
    private const double Tick = Detector.TickNanoseconds / 1e9;

    /// <summary>The verdict's time less one tick, in floors (of a tick at least, for a detector has no finer clock); infinite without a verdict.</summary>
    public double Ratio => Verdict is { } verdict && Floor is { } floor ? Math.Max(0, verdict - Tick) / Math.Max(floor, Tick) : double.PositiveInfinity;

    public static VerdictRace Run(Vector vector, double timesFloor, uint sampling, ulong seed, DetectorOptions options)
    {
        var random = new SeededRandom(seed);
        var start = Traffic.Start + random.Below(1_000_000_000);
        var perSecond = PoissonTraffic.Floor(vector) / sampling;
        var exact = new ExactPoisson(perSecond, options.FalseAlarmProbability);
        var detector = new Detector(options);
        var feed = new DetectorFeed(detector);
        var meanGap = (long)(1e9 / (perSecond * timesFloor));
        var tickEnd = TickEnd(start);
        double? floor = null;
        for (var time = start; ; time += random.Exponential(meanGap))
        {
            for (; time >= tickEnd; tickEnd += Detector.TickNanoseconds)
                floor ??= exact.IsAbove((tickEnd - start) / 1e9) ? (tickEnd - start) / 1e9 : null;
            var seconds = (time - start) / 1e9;
            // Long enough to see by how much a late verdict is late.
            if (seconds > (floor * 4 + 2 ?? LongestSeconds))
                break;
            exact.Count++;
            feed.OnFlow(PoissonTraffic.Packet(vector, time, Traffic.Victim, sampling, random));
        }
        var found = detector.Finish().Incidents.FirstOrDefault(incident => incident.Verdict == Breakwater.Detection.Verdict.Attack
            && incident.Vectors.Any(each => each.Vector == vector));
        return new VerdictRace(floor, found is null ? null : (found.DetectedNanoseconds!.Value - start) / 1e9);
    }

    private static long TickEnd(long time) => ((time / Detector.TickNanoseconds) + 1) * Detector.TickNanoseconds;
}

/// <summary>An exact one-sided Poisson test: the tail of the count, summed term by term.</summary>
internal sealed class ExactPoisson(double perSecond, double probability)
{
    private readonly List<double> _logFactorials = [0];

    public int Count { get; set; }

    /// <summary>True when a count that large, or larger, has at most the test's probability at the mean of so many seconds.</summary>
    public bool IsAbove(double seconds) => Count > perSecond * seconds && Tail(Count, perSecond * seconds) <= probability;

    /// <summary>Probability that a Poisson count of this mean reaches <paramref name="count"/>, which must be above the mean.</summary>
    public double Tail(int count, double mean)
    {
        while (_logFactorials.Count <= count)
            _logFactorials.Add(_logFactorials[^1] + Math.Log(_logFactorials.Count));
        var term = Math.Exp((count * Math.Log(mean)) - mean - _logFactorials[count]);
        var sum = 0.0;
        for (var next = count + 1; term > sum * 1e-17; next++)
        {
            sum += term;
            term *= mean / next;
        }
        return sum;
    }
}
