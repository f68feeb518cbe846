using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Response.Effect;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Effect;

/// <summary>
/// Made clients: sessions come and go, each client has its own pace (some a thousand times busier than others), packets come in bursts, telemetry samples them. Everything
/// follows from a seed.
/// </summary>
internal sealed class CohortModel
{
    public const long ActiveSecond = 1_000;
    private const int SecondsBefore = 180;
    private const uint Networks = 50;

    private readonly Random _random;
    private readonly double[] _pace;
    private readonly double[] _sessionSeconds;
    private readonly double[] _pauseSeconds;
    private readonly bool[] _isOn;
    private readonly int _sampling;

    public CohortModel(int seed, int clients, int sampling, bool isYoung = false)
    {
        (_random, _sampling) = (new Random(seed), sampling);
        Clients = [.. Enumerable.Range(0, clients).Select(static number => Client(number))];
        (_pace, _sessionSeconds, _pauseSeconds, _isOn) = (new double[clients], new double[clients], new double[clients], new bool[clients]);
        for (var i = 0; i < clients; i++)
        {
            _pace[i] = Math.Exp(1.5 + (1.5 * Gauss()));
            _sessionSeconds[i] = 5 + (60 * _random.NextDouble());
            _pauseSeconds[i] = 5 + (120 * _random.NextDouble());
            _isOn[i] = _random.NextDouble() < _sessionSeconds[i] / (_sessionSeconds[i] + _pauseSeconds[i]);
        }

        Meter.Renew(Clients.Select(Member), 0, isYoung);
    }

    public ImmutableArray<Address> Clients { get; }

    public CohortMeter Meter { get; } = new();

    /// <summary>The host that all clients talk to.</summary>
    public static Prefix Destination { get; } = new(Address.Parse("203.0.113.7"), 32);

    /// <summary>Runs until so many seconds after the filter became active, and gives the first second whose look shows harm; null: none.</summary>
    /// <param name="passes">What share of a client's packets comes through at a second counted from the filter's start.</param>
    /// <param name="seconds">How long.</param>
    public int? FirstHarm(Func<int, int, double> passes, int seconds = CohortWatch.MaximumLooks + CohortWatch.LatestOnset)
    {
        for (var second = -SecondsBefore; second < 0; second++)
            Tell(second, passes);
        var watch = new CohortWatch(Meter, Destination, ActiveSecond);
        int? seen = null;
        for (var second = 0; second < seconds; second++)
        {
            Tell(second, passes);
            if (watch.Look(ActiveSecond + second + 1) is not { Verdict: CohortVerdict.Hurt })
                continue;
            seen ??= second + 1;
            // As the program does: harm is doubted for two rounds.
            if (second + 1 < seen + 2)
                continue;
            if (!watch.PassOverPause(ActiveSecond + second + 1))
                return seen;
            seen = null;
        }

        return seen;
    }

    private void Tell(int second, Func<int, int, double> passes)
    {
        for (var i = 0; i < Clients.Length; i++)
        {
            if (_random.NextDouble() < 1 / (_isOn[i] ? _sessionSeconds[i] : _pauseSeconds[i]))
                _isOn[i] = !_isOn[i];
            if (!_isOn[i])
                continue;
            // A burst is of a geometric number of bursts' packets: far from Poisson.
            var mean = _pace[i] * -Math.Log(1 - _random.NextDouble()) * passes(second, i) / _sampling;
            var packets = Poisson(mean);
            if (packets > 0)
                Meter.Offer(Member(Clients[i]), ActiveSecond + second, packets);
        }
    }

    /// <summary>One of many networks.</summary>
    public static Address Client(int number) => Address.FromIPv4(0xC612_0000u + ((uint)number % Networks << 8) + ((uint)number / Networks));

    private static CohortMember Member(Address client) => new(client, Destination.Network);

    private int Poisson(double mean)
    {
        if (mean > 30)
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Gauss())));
        var (limit, product, count) = (Math.Exp(-mean), _random.NextDouble(), 0);
        while (product > limit)
        {
            product *= _random.NextDouble();
            count++;
        }

        return count;
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
