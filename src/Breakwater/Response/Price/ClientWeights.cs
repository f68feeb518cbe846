using Breakwater.Detection;

namespace Breakwater.Response.Price;

/// <summary>
/// Clients with what they sent before. The few that sent much are a stratum each: their own records tell what of them is met. The others count as so many equal ones
/// (Kish 1965).
/// </summary>
internal sealed class ClientWeights
{
    /// <summary>Who sends this share of all is a stratum.</summary>
    private const double LargeShare = 0.02;

    private readonly double[] _weights;
    private readonly int[] _records;
    private readonly List<int> _large = [];
    private readonly double _all, _restAll, _restEffective;

    /// <param name="weights">What each client sent.</param>
    /// <param name="records">Records of each.</param>
    public ClientWeights(double[] weights, int[] records)
    {
        (_weights, _records) = (weights, records);
        _all = weights.Sum();
        var squares = 0.0;
        for (var client = 0; client < weights.Length; client++)
        {
            if (IsLarge(client))
            {
                _large.Add(client);
                continue;
            }

            _restAll += weights[client];
            squares += weights[client] * weights[client];
        }

        _restEffective = squares > 0 ? _restAll * _restAll / squares : 0;
    }

    public double All => _all;

    public bool IsLarge(int client) => _weights[client] >= LargeShare * _all && _weights[client] > 0;

    /// <summary>The interval of the share dropped.</summary>
    /// <param name="dropped">What is dropped of each client.</param>
    public (double Low, double High) Interval(double[] dropped)
    {
        if (_all <= 0)
            return (0, 1);
        var (share, below, above, restDropped) = (0.0, 0.0, 0.0, dropped.Sum());
        foreach (var client in _large)
        {
            restDropped -= dropped[client];
            Add(_weights[client] / _all, dropped[client] / _weights[client], _records[client]);
        }

        if (_restAll > 0)
            Add(_restAll / _all, Math.Max(0, restDropped) / _restAll, _restEffective);
        return (Math.Max(0, share - Math.Sqrt(below)), Math.Min(1, share + Math.Sqrt(above)));

        // Strata are sampled each by itself: what their intervals lack adds up as errors do.
        void Add(double part, double met, double count)
        {
            met = Math.Clamp(met, 0, 1);
            var (low, high) = Breakwater.Response.Price.Interval.Wilson(met, count);
            share += part * met;
            below += part * part * (met - low) * (met - low);
            above += part * part * (high - met) * (high - met);
        }
    }
}
