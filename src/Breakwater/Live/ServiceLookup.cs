using System.Collections.Frozen;
using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>Which service an address belongs to: one look into a table for each prefix length in use, instead of one for each prefix.</summary>
internal sealed class ServiceLookup
{
    private readonly ImmutableArray<(int Length, FrozenDictionary<Address, int> Numbers)> _tables4, _tables6;

    public ServiceLookup(ImmutableArray<ProtectedService> services)
    {
        Services = services;
        var prefixes = services.SelectMany(static (service, number) => service.Prefixes.Select(prefix => (Prefix: prefix, Number: number)))
            .DistinctBy(static entry => entry.Prefix).ToList();
        _tables4 = Tables(prefixes.Where(static entry => entry.Prefix.Network.IsIPv4));
        _tables6 = Tables(prefixes.Where(static entry => !entry.Prefix.Network.IsIPv4));
    }

    public ImmutableArray<ProtectedService> Services { get; }

    /// <summary>The service's number in the options; -1 for none.</summary>
    public int Find(Address address)
    {
        foreach (var (length, numbers) in address.IsIPv4 ? _tables4 : _tables6)
        {
            if (numbers.TryGetValue(address.Masked(length), out var number))
                return number;
        }

        return -1;
    }

    private static ImmutableArray<(int, FrozenDictionary<Address, int>)> Tables(IEnumerable<(Prefix Prefix, int Number)> prefixes) =>
    [
        .. prefixes.GroupBy(static entry => entry.Prefix.Length).OrderByDescending(static group => group.Key)
            .Select(static group => (group.Key, group.ToFrozenDictionary(static entry => entry.Prefix.Network, static entry => entry.Number))),
    ];
}
