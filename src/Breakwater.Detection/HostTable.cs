using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>What every destination host costs: 72 bytes of integer counters, its key included.</summary>
internal struct ColdRecord
{
    public Address Host;

    /// <summary>Packets since the host was first seen, scaled.</summary>
    public ulong Packets;

    /// <summary>Bytes since the host was first seen, scaled.</summary>
    public ulong Bytes;

    /// <summary>Packets of the second in <see cref="Second"/>, scaled.</summary>
    public uint SecondPackets;

    /// <summary>Packets from ports of reflecting services since the host was first seen, scaled.</summary>
    public uint Replies;

    /// <summary>The second of record time of the last record.</summary>
    public long Second;

    /// <summary>The last tick in which the host was proposed for a dossier.</summary>
    public long CandidateTick;

    /// <summary>Index of the host's dossier, -1 when it has none.</summary>
    public int Dossier;
}

/// <summary>Destination hosts by address: open addressing, grows by doubling up to a written limit, then refuses new hosts.</summary>
internal sealed class HostTable(int maxHosts, ulong seed)
{
    private readonly KeyedHash _hash = new(seed);
    private int[] _slots = new int[1 << 12];
    private ColdRecord[] _records = new ColdRecord[1 << 11];

    public int Count { get; private set; }

    /// <summary>The record of a host by its index; valid until the next <see cref="FindOrAdd"/>.</summary>
    public ref ColdRecord this[int index] => ref _records[index];

    /// <summary>The host's index, added when new; -1 when the table is full.</summary>
    public int FindOrAdd(Address host)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)_hash.Of(host) & mask; ; slot = (slot + 1) & mask)
        {
            var index = _slots[slot] - 1;
            if (index < 0)
                return Count < maxHosts ? Add(host, slot) : -1;
            if (_records[index].Host == host)
                return index;
        }
    }

    private int Add(Address host, int slot)
    {
        if (Count == _records.Length)
        {
            Array.Resize(ref _records, _records.Length * 2);
            Rebuild(_slots.Length * 2);
            var mask = _slots.Length - 1;
            for (slot = (int)_hash.Of(host) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
            {
            }
        }
        _records[Count] = new ColdRecord { Host = host, Dossier = -1, CandidateTick = long.MinValue, Second = long.MinValue };
        _slots[slot] = Count + 1;
        return Count++;
    }

    private void Rebuild(int length)
    {
        _slots = new int[length];
        var mask = length - 1;
        for (var index = 0; index < Count; index++)
        {
            var slot = (int)_hash.Of(_records[index].Host) & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = index + 1;
        }
    }
}
