using System.Globalization;
using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Scenarios;

/// <summary>
/// What really happened to one expected target: the attack's packets as they reached the detector, counted by the time the attack had
/// been on. From these follows whether any test could have told the attack from traffic at the floor.
/// </summary>
internal sealed class Truth
{
    /// <summary>No test is asked to see what has a chance above this under the floor.</summary>
    public const double Alpha = 1e-10;

    private const int Bins = 24;

    private readonly ScenarioOptions _traffic;
    private readonly Prefix _target;
    private readonly Vector _vector;
    private readonly bool _outbound;
    private readonly double _floor;
    private readonly double? _startedAfterSeconds;
    private readonly uint _sampling;
    private readonly long[] _seen = new long[Bins];
    private readonly long _lengthNanoseconds, _binNanoseconds;
    private long _firstNanoseconds = long.MaxValue;

    public Truth(ScenarioCase scenario, Expected expected)
    {
        (_traffic, _sampling, _startedAfterSeconds) = (scenario.Traffic, scenario.Sampling, expected.StartedAfterSeconds);
        if (!Prefix.TryParse(expected.Target, out _target))
            throw new FormatException($"{scenario.Name}: '{expected.Target}' is no target");
        if (!Vectors.TryParse(expected.Vectors.FirstOrDefault(), out _vector))
            throw new FormatException($"{scenario.Name}: '{expected.Vectors.FirstOrDefault()}' is no vector");
        _outbound = expected.Direction == "outbound";
        _floor = (expected.Floor ?? Floors.Of(_vector)) * Floors.Factor(_target);
        // A quiet kind's crowd comes late in it.
        _lengthNanoseconds = ActiveUntil(_traffic.Kind.IsAttack ? _traffic.DurationNanoseconds : _traffic.DurationNanoseconds - _traffic.AttackStartNanoseconds);
        _binNanoseconds = Math.Max(1, (_lengthNanoseconds / Bins) + 1);
    }

    /// <summary>The host (as a network of one) or network that is expected to be named.</summary>
    public Prefix Target => _target;

    /// <summary>When the attack could first be called one, in nanoseconds of the sample.</summary>
    public long StartedNanoseconds
    {
        get
        {
            var first = _firstNanoseconds == long.MaxValue ? _traffic.AttackStartNanoseconds : _firstNanoseconds;
            if (_startedAfterSeconds is { } seconds)
                return first + (long)(seconds * 1e9);
            if (_traffic.Shape != AttackShape.Ramp)
                return first;
            return _traffic.AttackStartNanoseconds + (long)(_traffic.DurationNanoseconds * Math.Min(1, _floor / _traffic.PacketsPerSecond));
        }
    }

    /// <summary>
    /// True when the exact Poisson test finds the attack's packets above the floor at <see cref="Alpha"/>, over the whole attack or over
    /// any last part of it (ramps). A floor of 0 stands for evidence at any rate, which only unsampled telemetry gives.
    /// </summary>
    public bool CouldBeSeen
    {
        get
        {
            if (_floor == 0)
                return _sampling == 1;
            long seen = 0;
            for (var bin = Bins - 1; bin >= 0; bin--)
            {
                seen += _seen[bin];
                var seconds = Math.Min((Bins - bin) * _binNanoseconds, _lengthNanoseconds) / 1e9;
                if (PoissonTail.AtLeast(seen, _floor * seconds / _sampling) < Alpha)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Counts one packet of the attack.</summary>
    public void See(SamplePacket packet, long nanoseconds)
    {
        if (!_target.Contains(_outbound ? packet.Source : packet.Destination) || !Floors.Counts(_vector, packet))
            return;
        _firstNanoseconds = Math.Min(_firstNanoseconds, nanoseconds);
        var bin = ActiveUntil(nanoseconds - _traffic.AttackStartNanoseconds) / _binNanoseconds;
        _seen[Math.Clamp(bin, 0, Bins - 1)]++;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{_seen.Sum()} packets of the attack reached the detector, floor {_floor}/s, sampled 1:{_sampling}");

    /// <summary>How long the attack has been on, so long after its start: the silences of pulses do not count.</summary>
    private long ActiveUntil(long nanoseconds)
    {
        if (_traffic.Shape != AttackShape.Pulse)
            return nanoseconds;
        var period = _traffic.OnNanoseconds + _traffic.OffNanoseconds;
        return (nanoseconds / period * _traffic.OnNanoseconds) + Math.Min(nanoseconds % period, _traffic.OnNanoseconds);
    }
}

/// <summary>The upper tail of the Poisson distribution.</summary>
internal static class PoissonTail
{
    /// <summary>Chance of <paramref name="count"/> or more at a mean; 1 for counts up to the mean, where no alarm is near.</summary>
    public static double AtLeast(long count, double mean)
    {
        if (count <= mean)
            return 1;
        if (mean <= 0)
            return 0;
        var term = Math.Exp((count * Math.Log(mean)) - mean - LogFactorial(count));
        double sum = 0;
        for (var k = count; term > sum * 1e-12; k++)
        {
            sum += term;
            term *= mean / (k + 1);
        }

        return Math.Min(1, sum);
    }

    /// <summary>ln n!: summed up to 64, by Stirling's series above (error below 1e-12).</summary>
    private static double LogFactorial(long n)
    {
        if (n > 64)
            return (n * Math.Log(n)) - n + (0.5 * Math.Log(2 * Math.PI * n)) + (1.0 / (12.0 * n)) - (1.0 / (360.0 * n * n * n));
        double sum = 0;
        for (var k = 2; k <= n; k++)
            sum += Math.Log(k);
        return sum;
    }
}
