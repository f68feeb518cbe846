using Breakwater.Wire;

namespace Breakwater.Response.Effect;

/// <summary>
/// Bounds what one network (/24, /48) can say about a filter: it holds a sixth of the clients at most, which is less than has to fall (<see cref="CohortWatch.SmallestFall"/>). Who owns a network
/// can neither crowd all others out nor have a filter taken back alone: where only a part of the clients is active, a sixth of all may be more than a fifth of those, so a fall has to show without
/// any one network too (<see cref="CohortOnset"/>). Clients of fewer than five networks decide nothing.
/// </summary>
internal static class NetworkShare
{
    /// <summary>A network has one of so many clients at most.</summary>
    public const int OneOf = 6;

    /// <summary>So many clients of a network are left in any case: alone they are too few to decide.</summary>
    public const int Least = 4;

    private const int IPv4Length = 24, IPv6Length = 48;

    /// <summary>The first of some clients, without those who are too many of their network.</summary>
    /// <param name="clients">The most important first.</param>
    /// <param name="address">Of one.</param>
    /// <param name="most">Most of all.</param>
    public static IEnumerable<T> Of<T>(IReadOnlyList<T> clients, Func<T, Address> address, int most = int.MaxValue)
    {
        var sizes = clients.CountBy(client => Network(address(client))).Select(static network => network.Value).ToArray();
        var (share, taken) = (Share(sizes, most), new Dictionary<Address, int>());
        foreach (var client in clients)
        {
            var network = Network(address(client));
            var number = taken.GetValueOrDefault(network);
            if (number >= share)
                continue;
            if (most-- <= 0)
                yield break;
            taken[network] = number + 1;
            yield return client;
        }
    }

    /// <summary>The largest share of which all shares together are <see cref="OneOf"/> times as many at least.</summary>
    private static int Share(int[] sizes, int most)
    {
        var (low, high) = (0, sizes.Length == 0 ? 0 : sizes.Max());
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if ((long)OneOf * middle <= Math.Min(most, sizes.Sum(size => (long)Math.Min(size, middle))))
                low = middle;
            else
                high = middle - 1;
        }

        return Math.Max(low, Least);
    }

    /// <summary>The number of each client's network, from 0 on, in the order in which they come.</summary>
    public static int[] Numbers(IEnumerable<Address> clients)
    {
        var numbers = new Dictionary<Address, int>();
        return [.. clients.Select(client => numbers.TryAdd(Network(client), numbers.Count) ? numbers.Count - 1 : numbers[Network(client)])];
    }

    private static Address Network(Address address) => address.Masked(address.IsIPv4 ? IPv4Length : IPv6Length);
}
