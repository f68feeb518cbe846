namespace Breakwater.Wire.Mmdb;

/// <summary>
/// A database in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/), read from bytes that the caller loaded. Immutable:
/// any number of threads may ask. No question allocates, throws or reads outside the bytes, whatever they are; the work of one is bounded
/// by <see cref="MmdbLimits"/>.
/// </summary>
public sealed class MmdbDatabase
{
    // Between tree and data stand 16 zero octets: records that would point there are invalid.
    private const int SeparatorBytes = 16;
    private const int IPv4OffsetBits = 96;

    private readonly ReadOnlyMemory<byte> _tree;
    private readonly ReadOnlyMemory<byte> _data;
    private readonly ReadOnlyMemory<byte> _metadata;
    private readonly uint _ipv4Start;

    private MmdbDatabase(MmdbMetadata metadata, ReadOnlyMemory<byte> file, int markerAt, int metadataAt)
    {
        Metadata = metadata;
        _tree = file[..(int)metadata.TreeBytes];
        _data = file[((int)metadata.TreeBytes + SeparatorBytes)..markerAt];
        _metadata = file[metadataAt..];
        // A tree for IPv6 holds IPv4 under ::/96: all IPv4 addresses share the way through those bits.
        _ipv4Start = metadata.IpVersion == 6 ? Tree.Descend(0, 0, 0, IPv4OffsetBits, out _) : 0;
    }

    /// <summary>What the database says of itself.</summary>
    public MmdbMetadata Metadata { get; }

    private MmdbTree Tree => new(_tree.Span, Metadata.RecordSizeBits, (uint)Metadata.NodeCount);

    /// <summary>Opens a database. Only its metadata is read and checked; damage elsewhere shows when the damaged part is asked for.</summary>
    /// <param name="file">All bytes of the file, which nobody may change any more.</param>
    /// <param name="database">The database; null on error.</param>
    /// <returns>
    /// <see cref="DecodeError.Truncated"/> when there is no metadata or its end is missing, <see cref="DecodeError.BadCount"/> when the
    /// tree is larger than the file, else what is wrong with the metadata.
    /// </returns>
    public static DecodeError Open(ReadOnlyMemory<byte> file, out MmdbDatabase? database)
    {
        database = null;
        if (!MmdbMetadata.TryLocate(file.Span, out var markerAt, out var metadataAt))
            return DecodeError.Truncated;
        var error = MmdbMetadata.Read(file.Span[metadataAt..], out var metadata);
        if (error != DecodeError.None)
            return error;
        if (metadata!.TreeBytes + SeparatorBytes > markerAt)
            return DecodeError.BadCount;
        database = new MmdbDatabase(metadata, file, markerAt, metadataAt);
        return DecodeError.None;
    }

    /// <summary>Finds the network of an address. A tree for IPv4 has nothing about IPv6.</summary>
    /// <returns><see cref="DecodeError.BadValue"/> when the tree is damaged there: it is too deep, or leads to no record.</returns>
    public DecodeError Lookup(Address address, out MmdbMatch match)
    {
        var isIPv4 = address.IsIPv4;
        var nodeCount = (uint)Metadata.NodeCount;
        if (!isIPv4 && Metadata.IpVersion == 4)
        {
            match = new MmdbMatch(default, 0, -1);
            return DecodeError.None;
        }

        var record = isIPv4
            ? Tree.Descend(_ipv4Start, (ulong)address.IPv4 << 32, 0, 32, out var prefixLength)
            : Tree.Descend(0, address.High, address.Low, 128, out prefixLength);
        var recordAt = (long)record - nodeCount - SeparatorBytes;
        var isFound = recordAt >= 0 && recordAt < _data.Length;
        match = new MmdbMatch(address.Masked(prefixLength), prefixLength, isFound ? (int)recordAt : -1);
        return isFound || record == nodeCount ? DecodeError.None : DecodeError.BadValue;
    }

    /// <summary>The country of an address; unknown when the database has none for it.</summary>
    public DecodeError FindCountry(Address address, out CountryCode country)
    {
        country = default;
        var error = Lookup(address, out var match);
        return error == DecodeError.None && match.IsFound ? MmdbFields.Country(new MmdbSection(_data.Span), match.RecordAt, out country) : error;
    }

    /// <summary>The autonomous system that announces an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="number">Its number; 0 when the database has none for it.</param>
    /// <param name="organisation">Its name as UTF-8, not checked; empty when there is none. Points into the database.</param>
    public DecodeError FindAutonomousSystem(Address address, out uint number, out ReadOnlySpan<byte> organisation)
    {
        number = 0;
        organisation = default;
        var error = Lookup(address, out var match);
        return error == DecodeError.None && match.IsFound
            ? MmdbFields.AutonomousSystem(new MmdbSection(_data.Span), match.RecordAt, out number, out organisation)
            : error;
    }

    /// <summary>Reads the whole record of a match into a sink; nothing when none was found.</summary>
    public DecodeError Walk<TSink>(in MmdbMatch match, ref TSink sink)
        where TSink : struct, IMmdbSink, allows ref struct =>
        match.IsFound ? MmdbWalk.Walk(new MmdbSection(_data.Span), match.RecordAt, ref sink) : DecodeError.None;

    /// <summary>Reads the whole metadata into a sink, with the keys that <see cref="MmdbMetadata"/> leaves out.</summary>
    public DecodeError WalkMetadata<TSink>(ref TSink sink)
        where TSink : struct, IMmdbSink, allows ref struct => MmdbWalk.Walk(new MmdbSection(_metadata.Span), 0, ref sink);
}
