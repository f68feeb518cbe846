namespace Breakwater.Wire.Ipfix;

/// <summary>The domains of one exporter; when full, the least recently seen gives way.</summary>
internal sealed class DomainTable(int limit)
{
    private readonly Dictionary<ulong, Domain> _domains = [];
    private readonly LinkedList<Domain> _order = [];

    internal int Count => _domains.Count;

    internal static ulong Key(ExportFormat format, uint domainId) => ((ulong)format << 32) | domainId;

    internal Domain? Find(ExportFormat format, uint domainId) => _domains.GetValueOrDefault(Key(format, domainId));

    /// <summary>Finds or makes a domain, and marks it as just used.</summary>
    internal Domain Use(ExportFormat format, uint domainId)
    {
        var key = Key(format, domainId);
        if (_domains.TryGetValue(key, out var domain))
        {
            if (_order.Last != domain.Node)
            {
                _order.Remove(domain.Node!);
                _order.AddLast(domain.Node!);
            }

            return domain;
        }

        if (_domains.Count >= limit)
        {
            _domains.Remove(_order.First!.Value.Key);
            _order.RemoveFirst();
        }

        domain = new Domain(key);
        domain.Node = _order.AddLast(domain);
        _domains.Add(key, domain);
        return domain;
    }

    /// <summary>Forgets sequences and clocks; samplers stay.</summary>
    internal void ForgetSequences()
    {
        foreach (var domain in _order)
        {
            domain.Sequence = default;
            domain.Restart = default;
        }
    }
}
