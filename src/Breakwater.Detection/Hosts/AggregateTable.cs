using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Hosts;

/// <summary>Many hosts as one target: a prefix or a configured service.</summary>
internal struct AggregateRecord
{
    /// <summary>Packets of the present tick, and the most of one host in this second, by group: on their way to the counts above.</summary>
    public GroupCounts Tick, TickTop;

    /// <summary>The last tick with traffic.</summary>
    public long LastTick;

    /// <summary>The prefix; of a service its first.</summary>
    public Prefix Prefix;

    public WatchCounts Counts;

    /// <summary>The largest count of a single host, by group, in this second and the one before.</summary>
    public WatchCounts TopHost;

    /// <summary>Index into the configured services, -1 for a prefix.</summary>
    public int ServiceNumber;

    /// <summary>Multiple of a host's floors.</summary>
    public double Factor;

    public Direction Direction;
}

/// <summary>Where an aggregate leads: apart from its counts, because every record asks.</summary>
internal struct AggregateLinks
{
    /// <summary>Index of its dossier, -1 when it has none.</summary>
    public int Dossier;

    /// <summary>The wider aggregates that hold this one, each -1 for none: /16 or /32; the narrowest configured network, which has the next one itself.</summary>
    public int Wider, Network;
}

/// <summary>
/// Prefixes and services above the hosts: the /24 and /16 (IPv6: /48 and /32) of each host, configured networks, and services.
/// Bounded: beyond the limit new prefixes are not watched as a whole.
/// </summary>
internal sealed class AggregateTable
{
    /// <summary>Most aggregates at a time.</summary>
    public const int MaxAggregates = 1 << 17;

    private readonly Dictionary<(Prefix Prefix, Direction Direction), int> _prefixes = [];
    private readonly ImmutableArray<ProtectedService> _services;
    private readonly ImmutableArray<Prefix> _networks;
    private readonly double _factor;
    private readonly int[] _serviceIndex;
    private AggregateRecord[] _records = new AggregateRecord[256];
    private AggregateLinks[] _links = new AggregateLinks[256];

    public AggregateTable(DetectorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Services.Length, ColdRecord.MaxServices);
        _services = options.Services;
        _networks = [.. options.Aggregates.Distinct().OrderBy(static network => network.Length)];
        _factor = options.PrefixFactor;
        _serviceIndex = new int[_services.Length];
        for (var number = 0; number < _services.Length; number++)
            _serviceIndex[number] = Add(_services[number].Prefixes[0], Direction.Inbound, 2 * _factor, number);
    }

    public int Count { get; private set; }

    public ref AggregateRecord this[int index] => ref _records[index];

    /// <summary>Asks the processor for what counting a record will touch.</summary>
    public unsafe void Prefetch(int index)
    {
        if (!Sse.IsSupported)
            return;
        var first = (byte*)Unsafe.AsPointer(ref _records[index]);
        Sse.Prefetch0(first);
        Sse.Prefetch0(first + 64);
    }

    public ref AggregateLinks Links(int index) => ref _links[index];

    /// <summary>The index of the /24 or /48 around a host, added with its wider ones when new; -1 beyond the limit.</summary>
    public int OfHost(Wire.Address host, Direction direction)
    {
        var narrow = new Prefix(host.Masked(host.IsIPv4 ? 24 : 48), host.IsIPv4 ? 24 : 48);
        if (_prefixes.TryGetValue((narrow, direction), out var index))
            return index;
        if (Count > MaxAggregates - MostNew)
            return -1;
        var wider = Prefix(new Prefix(host.Masked(host.IsIPv4 ? 16 : 32), host.IsIPv4 ? 16 : 32), direction, 2 * _factor);
        var network = -1;
        // Widest first, so that each leads to the next wider one.
        foreach (var configured in _networks)
        {
            if (!configured.Contains(narrow.Network) || configured.Length > narrow.Length)
                continue;
            var next = Prefix(configured, direction, 2 * _factor);
            if (next == wider)
                continue;
            _links[next].Network = network;
            network = next;
        }
        index = Prefix(narrow, direction, _factor);
        (_links[index].Wider, _links[index].Network) = (wider, network == index ? _links[index].Network : network);
        return index;
    }

    /// <summary>True when of the prefixes of so many new hosts some might find a place and others not.</summary>
    public bool MayOverflow(int newHosts) => Count <= MaxAggregates - MostNew && Count + ((long)newHosts * MostNew) > MaxAggregates;

    // A new /24 may bring its /16 and every configured network.
    private int MostNew => 2 + _networks.Length;

    /// <summary>The number of the service that has this address, -1 for none.</summary>
    public int ServiceOf(Wire.Address host)
    {
        for (var number = 0; number < _services.Length; number++)
        {
            foreach (var prefix in _services[number].Prefixes)
            {
                if (prefix.Contains(host))
                    return number;
            }
        }
        return -1;
    }

    /// <summary>The index of a service's aggregate.</summary>
    public int IndexOfService(int number) => number < 0 ? -1 : _serviceIndex[number];

    private int Prefix(Prefix prefix, Direction direction, double factor)
    {
        if (_prefixes.TryGetValue((prefix, direction), out var index))
            return index;
        index = Add(prefix, direction, factor, -1);
        _prefixes.Add((prefix, direction), index);
        return index;
    }

    private int Add(Prefix prefix, Direction direction, double factor, int serviceNumber)
    {
        if (Count == _records.Length)
        {
            Array.Resize(ref _records, Count * 2);
            Array.Resize(ref _links, Count * 2);
        }
        _records[Count] = new AggregateRecord
        {
            Prefix = prefix,
            Direction = direction,
            Factor = factor,
            ServiceNumber = serviceNumber,
            LastTick = long.MinValue,
        };
        _links[Count] = new AggregateLinks { Dossier = -1, Wider = -1, Network = -1 };
        return Count++;
    }
}
