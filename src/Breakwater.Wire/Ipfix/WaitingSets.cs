namespace Breakwater.Wire.Ipfix;

/// <summary>Data sets that came before their template, in order of arrival; bounded in number and octets.</summary>
internal sealed class WaitingSets(int maxSets, int maxBytes)
{
    private readonly LinkedList<WaitingSet> _sets = [];
    private readonly Dictionary<ulong, int> _countByKey = [];

    internal int Count => _sets.Count;

    internal int Bytes { get; private set; }

    /// <summary>True when a set can wait once enough older ones gave way.</summary>
    internal bool CanHold(int lengthBytes) => lengthBytes <= maxBytes;

    /// <summary>True when one more set of this length needs the oldest one's place.</summary>
    internal bool IsFullFor(int lengthBytes) => _sets.Count >= maxSets || Bytes + lengthBytes > maxBytes;

    internal bool HasAny(ulong key) => _countByKey.ContainsKey(key);

    internal void Add(WaitingSet set)
    {
        _sets.AddLast(set);
        Bytes += set.Body.Length;
        _countByKey[set.Key] = _countByKey.GetValueOrDefault(set.Key) + 1;
    }

    /// <summary>Takes out the oldest set; with <paramref name="before"/>, only one that began to wait before then.</summary>
    internal bool TryTakeOldest(long before, out WaitingSet set)
    {
        set = default;
        if (_sets.First is not { } first || first.Value.SinceNanoseconds >= before)
            return false;
        set = first.Value;
        Remove(first);
        return true;
    }

    /// <summary>Takes out the oldest set that waits for one template.</summary>
    internal bool TryTake(ulong key, out WaitingSet set)
    {
        set = default;
        if (!HasAny(key))
            return false;
        for (var node = _sets.First; node is not null; node = node.Next)
        {
            if (node.Value.Key != key)
                continue;
            set = node.Value;
            Remove(node);
            return true;
        }

        return false;
    }

    /// <summary>Takes out the oldest set of one domain that has a template: it was held because of a restart.</summary>
    internal bool TryTakeHeld(ExportFormat format, uint domainId, TemplateTable templates, out WaitingSet set)
    {
        set = default;
        for (var node = _sets.First; node is not null; node = node.Next)
        {
            if (node.Value.Context.Format != format || node.Value.Context.DomainId != domainId)
                continue;
            if (templates.Find(node.Value.Key) is null)
                continue;
            set = node.Value;
            Remove(node);
            return true;
        }

        return false;
    }

    private void Remove(LinkedListNode<WaitingSet> node)
    {
        _sets.Remove(node);
        Bytes -= node.Value.Body.Length;
        var left = _countByKey[node.Value.Key] - 1;
        if (left == 0)
            _countByKey.Remove(node.Value.Key);
        else
            _countByKey[node.Value.Key] = left;
    }
}

/// <summary>One data set that waits for its template.</summary>
/// <param name="Key">The template, as <see cref="TemplateTable.Key"/> names it.</param>
/// <param name="Context">The header of its own message.</param>
/// <param name="SinceNanoseconds">Arrival, or export time when the arrival is unknown.</param>
/// <param name="Body">The octets behind the set header, copied.</param>
internal readonly record struct WaitingSet(ulong Key, SetContext Context, long SinceNanoseconds, byte[] Body);
