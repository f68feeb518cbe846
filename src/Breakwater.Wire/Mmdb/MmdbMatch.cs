namespace Breakwater.Wire.Mmdb;

/// <summary>What a database says about an address: the network it decided for, and where the network's record stands.</summary>
public readonly struct MmdbMatch
{
    internal MmdbMatch(Address network, int prefixLength, int recordAt) => (Network, PrefixLength, RecordAt) = (network, prefixLength, recordAt);

    /// <summary>First address of the longest network around the address for which the database says the same.</summary>
    public Address Network { get; }

    /// <summary>Its length, in the address's own family.</summary>
    public int PrefixLength { get; }

    /// <summary>False when the database has nothing about this network.</summary>
    public bool IsFound => RecordAt >= 0;

    /// <summary>Offset in the data section; -1 for none.</summary>
    internal int RecordAt { get; }
}
