using System.Collections.Frozen;
using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>Which service an address belongs to: one look into a table for each prefix length in use, instead of one for each prefix.</summary>
internal sealed class ServiceLookup
{
    private readonly FrozenDictionary<Prefix, int> _numbers;
    private readonly ImmutableArray<int> _lengths4, _lengths6;

    public ServiceLookup(ImmutableArray<ProtectedService> services)
    {
        Services = services;
        var prefixes = services.SelectMany(static (service, number) => service.Prefixes.Select(prefix => (Prefix: prefix, Number: number)))
            .DistinctBy(static entry => entry.Prefix).ToList();
        _numbers = prefixes.ToFrozenDictionary(static entry => entry.Prefix, static entry => entry.Number);
        _lengths4 = Lengths(prefixes.Where(static entry => entry.Prefix.Network.IsIPv4));
        _lengths6 = Lengths(prefixes.Where(static entry => !entry.Prefix.Network.IsIPv4));
    }

    public ImmutableArray<ProtectedService> Services { get; }

    /// <summary>The service's number in the options; -1 for none.</summary>
    public int Find(Address address)
    {
        foreach (var length in address.IsIPv4 ? _lengths4 : _lengths6)
        {
            if (_numbers.TryGetValue(new Prefix(address.Masked(length), length), out var number))
                return number;
        }

        return -1;
    }

    private static ImmutableArray<int> Lengths(IEnumerable<(Prefix Prefix, int Number)> prefixes) =>
        [.. prefixes.Select(static entry => entry.Prefix.Length).Distinct().OrderDescending()];
}
