using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Configuration.Import;

/// <summary>Networks without other networks.</summary>
internal static class PrefixSet
{
    /// <summary>Most networks of a result: a configuration of so many is read in a moment, and fits into its 1 MiB.</summary>
    public const int MaximumNetworks = 8192;

    /// <summary>What is in the one and not in the other, as few networks as can be; null: more than <see cref="MaximumNetworks"/>.</summary>
    public static ImmutableArray<Prefix>? Without(IEnumerable<Prefix> networks, IReadOnlyCollection<Prefix> excluded)
    {
        var rest = ImmutableArray.CreateBuilder<Prefix>();
        var last = default(Prefix?);
        foreach (var network in networks.Distinct().OrderBy(static network => network.Network).ThenBy(static network => network.Length))
        {
            // One that lies in the network before it is there already.
            if (last is { } wider && wider.Contains(network.Network))
                continue;
            last = network;
            if (!Cut(network, [.. excluded.Where(other => Touch(network, other))], rest))
                return null;
        }

        return rest.ToImmutable();
    }

    private static bool Touch(Prefix one, Prefix other) => one.Contains(other.Network) || other.Contains(one.Network);

    private static bool Cut(Prefix network, List<Prefix> excluded, ImmutableArray<Prefix>.Builder rest)
    {
        if (excluded.Exists(other => other.Length <= network.Length && other.Contains(network.Network)))
            return true;
        if (excluded.Count == 0)
        {
            rest.Add(network);
            return rest.Count <= MaximumNetworks;
        }

        // Something inside is excluded, so that the network is longer than one host: at most 128 halves deep.
        var (lower, upper) = Halves(network);
        return Cut(lower, excluded.FindAll(other => lower.Contains(other.Network)), rest) && Cut(upper, excluded.FindAll(other => upper.Contains(other.Network)), rest);
    }

    private static (Prefix Lower, Prefix Upper) Halves(Prefix network)
    {
        var length = network.Length + 1;
        var bit = network.Network.IsIPv4 ? length + 96 : length;
        var upper = bit <= 64
            ? Address.FromHalves(network.Network.High | (1UL << (64 - bit)), network.Network.Low)
            : Address.FromHalves(network.Network.High, network.Network.Low | (1UL << (128 - bit)));
        return (new Prefix(network.Network, length), new Prefix(upper, length));
    }
}
