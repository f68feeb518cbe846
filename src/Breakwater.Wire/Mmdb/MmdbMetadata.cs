using System.Text;

namespace Breakwater.Wire.Mmdb;

/// <summary>What a database says of itself ("Database Metadata"); the optional languages and descriptions are left in the file.</summary>
/// <param name="DatabaseType">Names the structure of the records, as its maker chose.</param>
/// <param name="IpVersion">4 or 6: the addresses that the tree is for; a tree for 6 holds IPv4 under ::/96.</param>
/// <param name="NodeCount">Nodes of the search tree.</param>
/// <param name="RecordSizeBits">24, 28 or 32: bits of one of a node's two records.</param>
/// <param name="BuildEpochSeconds">When it was built, in seconds of Unix time; not after the year 9999.</param>
/// <param name="MinorVersion">Of the format 2.x.</param>
public sealed record MmdbMetadata(string DatabaseType, int IpVersion, int NodeCount, int RecordSizeBits, long BuildEpochSeconds, int MinorVersion)
{
    private const int MajorVersion = 2;
    private const long LastEpochSecond = 253_402_300_799; // 9999-12-31T23:59:59Z

    /// <summary>The octets before the metadata; the last of them in a file count.</summary>
    internal static ReadOnlySpan<byte> Marker => [0xAB, 0xCD, 0xEF, (byte)'M', (byte)'a', (byte)'x', (byte)'M', (byte)'i', (byte)'n', (byte)'d', (byte)'.', (byte)'c', (byte)'o', (byte)'m'];

    /// <summary>Octets of the search tree.</summary>
    internal long TreeBytes => (long)NodeCount * (RecordSizeBits / 4);

    /// <summary>Finds the section from the file's end: where its marker stands, and where its map begins; false when there is none.</summary>
    internal static bool TryLocate(ReadOnlySpan<byte> file, out int markerAt, out int at)
    {
        var searched = file[Math.Max(0, file.Length - MmdbLimits.MetadataBytes)..];
        var found = searched.LastIndexOf(Marker);
        markerAt = file.Length - searched.Length + found;
        at = markerAt + Marker.Length;
        return found >= 0;
    }

    /// <summary>Reads the map of the section.</summary>
    internal static DecodeError Read(ReadOnlySpan<byte> bytes, out MmdbMetadata? metadata)
    {
        metadata = null;
        var section = new MmdbSection(bytes);
        var error = section.Read(0, out var map);
        if (error != DecodeError.None)
            return error;
        if (map.Type != MmdbType.Map)
            return DecodeError.BadValue;
        var keys = new RequiredKeys(section, map);
        var major = keys.Number("binary_format_major_version"u8);
        if (keys.Error == DecodeError.None && major != MajorVersion)
            return DecodeError.BadVersion;
        var minor = keys.Number("binary_format_minor_version"u8);
        var nodes = keys.Number("node_count"u8);
        var bits = keys.Number("record_size"u8);
        var family = keys.Number("ip_version"u8);
        var built = keys.Number("build_epoch"u8);
        var type = keys.Text("database_type"u8);
        if (keys.Error != DecodeError.None)
            return keys.Error;
        if (bits is not (24 or 28 or 32))
            return DecodeError.Unsupported;
        if (family is not (4 or 6) || nodes > int.MaxValue || minor > ushort.MaxValue || built > LastEpochSecond)
            return DecodeError.BadValue;
        metadata = new MmdbMetadata(type, (int)family, (int)nodes, (int)bits, (long)built, (int)minor);
        return DecodeError.None;
    }

    /// <summary>Reads keys that have to be there; the first fault stays.</summary>
    private ref struct RequiredKeys(MmdbSection section, MmdbValue map)
    {
        private readonly MmdbSection _section = section;
        private readonly MmdbValue _map = map;

        public DecodeError Error { get; private set; }

        /// <summary>An unsigned integer: writers differ in its width.</summary>
        public ulong Number(ReadOnlySpan<byte> key)
        {
            var value = Find(key);
            if (value.Type is MmdbType.UInt16 or MmdbType.UInt32 or MmdbType.UInt64)
                return _section.Unsigned(value);
            Fail(DecodeError.BadValue);
            return 0;
        }

        public string Text(ReadOnlySpan<byte> key)
        {
            var value = Find(key);
            if (value.Type == MmdbType.Utf8)
                return Encoding.UTF8.GetString(_section.Payload(value));
            Fail(DecodeError.BadValue);
            return "";
        }

        private MmdbValue Find(ReadOnlySpan<byte> key)
        {
            var budget = MmdbLimits.Values;
            Fail(_section.FindValue(_map, key, ref budget, out var value));
            return value;
        }

        private void Fail(DecodeError error)
        {
            if (Error == DecodeError.None)
                Error = error;
        }
    }
}
