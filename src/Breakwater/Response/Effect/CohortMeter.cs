using System.Collections.Frozen;
using Breakwater.Wire;

namespace Breakwater.Response.Effect;

/// <summary>
/// How many packets each client of the cohort had in each of the last seconds. Fed from any thread with what telemetry sees of the service's answers to them, or, where it
/// sees one direction only and stands behind the filter, of their packets. Memory is fixed.
/// </summary>
internal sealed class CohortMeter
{
    /// <summary>Most clients of a cohort; more do not make a verdict surer.</summary>
    public const int MaximumClients = 2_048;

    /// <summary>Seconds that are kept.</summary>
    public const int MaximumSeconds = 256;

    private readonly FrozenDictionary<Address, int> _clients;
    private readonly Lock _lock = new();
    private readonly ushort[] _counts;
    private readonly long[] _secondOf = new long[MaximumSeconds];

    /// <param name="clients">The cohort; beyond the bound the rest is left out.</param>
    public CohortMeter(IEnumerable<Address> clients)
    {
        _clients = clients.Distinct().Take(MaximumClients).Select(static (client, number) => KeyValuePair.Create(client, number)).ToFrozenDictionary();
        _counts = new ushort[MaximumSeconds * _clients.Count];
        Array.Fill(_secondOf, long.MinValue);
    }

    public int Clients => _clients.Count;

    /// <summary>Takes a record in.</summary>
    /// <param name="client">Whose; others than the cohort are passed over.</param>
    /// <param name="second">When, in whole seconds of the telemetry's clock.</param>
    /// <param name="packets">As seen, not scaled.</param>
    public void Offer(Address client, long second, long packets)
    {
        if (second < 0 || !_clients.TryGetValue(client, out var number))
            return;
        lock (_lock)
        {
            var slot = (int)(second % MaximumSeconds);
            // Later than what is kept: it would take the place of a newer second.
            if (_secondOf[slot] > second)
                return;
            var counts = _counts.AsSpan(slot * Clients, Clients);
            if (_secondOf[slot] < second)
            {
                counts.Clear();
                _secondOf[slot] = second;
            }

            counts[number] = (ushort)Math.Min(ushort.MaxValue, counts[number] + packets);
        }
    }

    /// <summary>Adds each client's packets of one second.</summary>
    /// <param name="sums">One for each client.</param>
    /// <param name="second">Which; one that is not kept adds nothing.</param>
    public void AddTo(int[] sums, long second)
    {
        if (second < 0)
            return;
        lock (_lock)
        {
            var slot = (int)(second % MaximumSeconds);
            if (_secondOf[slot] != second)
                return;
            var counts = _counts.AsSpan(slot * Clients, Clients);
            for (var number = 0; number < sums.Length; number++)
                sums[number] += counts[number];
        }
    }
}
