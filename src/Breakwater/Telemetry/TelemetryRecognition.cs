using System.Buffers.Binary;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry;

/// <summary>
/// Tells telemetry from other bytes. On the usual ports a version and room for a first record or template are enough; on any other port
/// version, lengths and counts must be valid throughout, because an ordinary payload may begin with a 5, a 9 or a 10.
/// </summary>
internal static class TelemetryRecognition
{
    // Bounds one walk over hostile lengths.
    private const int MaximumParts = 4096;

    /// <summary>True for the ports on which exporters send by default: sFlow 6343; NetFlow 2055, 9995, 9996; IPFIX 4739.</summary>
    public static bool IsUsualPort(ushort port) => port is 6343 or 2055 or 4739 or 9995 or 9996;

    /// <summary>The kind that the version field at the start of <paramref name="bytes"/> names.</summary>
    public static InputKind ByVersion(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
            return InputKind.Unknown;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) == 5)
            return InputKind.Sflow;
        return BinaryPrimitives.ReadUInt16BigEndian(bytes) switch
        {
            5 => InputKind.NetFlow5,
            9 => InputKind.NetFlow9,
            10 => InputKind.Ipfix,
            _ => InputKind.Unknown,
        };
    }

    /// <summary>
    /// True when one datagram is consistent up to its last octet. Its clock is not judged: routers without NTP count from 1970, and
    /// anonymised captures carry made-up times.
    /// </summary>
    public static bool IsWhole(InputKind kind, ReadOnlySpan<byte> datagram, out bool hasTemplates)
    {
        hasTemplates = false;
        return kind switch
        {
            InputKind.Sflow => SflowDecoder.IsValid(datagram),
            InputKind.NetFlow5 => IsWholeNetFlow5(datagram),
            InputKind.NetFlow9 => datagram.Length > 20
                && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) is > 0 and var count
                && count <= datagram.Length - 20
                && AreWholeSets(datagram[20..], 0, 1, out hasTemplates),
            InputKind.Ipfix => datagram.Length > 16
                && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) == datagram.Length
                && AreWholeSets(datagram[16..], 2, 3, out hasTemplates),
            _ => false,
        };
    }

    /// <summary>True when a datagram to a usual port, possibly cut off, has a place where its first record or template can stand.</summary>
    public static bool MayGiveSomething(InputKind kind, ReadOnlySpan<byte> datagram) => kind switch
    {
        InputKind.Sflow => datagram.Length >= 28 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) <= 2,
        InputKind.NetFlow5 => datagram.Length >= 24 + 48 && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) > 0,
        InputKind.NetFlow9 => datagram.Length > 20 && HasSetWithBody(datagram[20..], 0, 1),
        InputKind.Ipfix => datagram.Length > 16 && HasSetWithBody(datagram[16..], 2, 3),
        _ => false,
    };

    /// <summary>True when these octets, as far as they go, can be the beginning of an IPFIX message (RFC 7011 §3.1, §3.3.2).</summary>
    public static bool CanBeginIpfix(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
            return bytes.IsEmpty || bytes[0] == 0;
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes) != 10)
            return false;
        if (bytes.Length < 4)
            return true;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (length is not (16 or >= 20))
            return false;
        if (bytes.Length < 20 || length == 16)
            return true;
        int setLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[18..]);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]) is 2 or 3 or >= 256 && setLength >= 4 && setLength <= length - 16;
    }

    // Header 24 bytes, then exactly `count` (1-30) records of 48 bytes; engine clocks below one second of nanoseconds,
    // and flows that end after they began and before they were exported, all modulo 2^32 milliseconds.
    private static bool IsWholeNetFlow5(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 24 + 48)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (count is 0 or > 30 || datagram.Length != 24 + (count * 48)
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]) >= 1_000_000_000)
            return false;
        var uptime = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        for (var record = datagram[24..]; !record.IsEmpty; record = record[48..])
        {
            var first = BinaryPrimitives.ReadUInt32BigEndian(record[24..]);
            var last = BinaryPrimitives.ReadUInt32BigEndian(record[28..]);
            if ((int)(last - first) < 0 || (int)(uptime - last) < 0)
                return false;
        }

        return true;
    }

    // Sets follow each other by their own length; ids below 256 other than the two template kinds are reserved.
    private static bool AreWholeSets(ReadOnlySpan<byte> rest, ushort templateSet, ushort optionsSet, out bool hasTemplates)
    {
        hasTemplates = false;
        for (var parts = 0; !rest.IsEmpty; parts++)
        {
            if (rest.Length < 4 || parts == MaximumParts)
                return false;
            var id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            var isTemplates = id == templateSet || id == optionsSet;
            if (length <= 4 || length > rest.Length || (id < 256 && !isTemplates))
                return false;
            hasTemplates |= isTemplates;
            rest = rest[length..];
        }

        return true;
    }

    private static bool HasSetWithBody(ReadOnlySpan<byte> rest, ushort templateSet, ushort optionsSet)
    {
        for (var parts = 0; rest.Length > 4 && parts < MaximumParts; parts++)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length > 4 && (id >= 256 || id == templateSet || id == optionsSet))
                return true;
            if (length < 4 || length > rest.Length)
                return false;
            rest = rest[length..];
        }

        return false;
    }
}
