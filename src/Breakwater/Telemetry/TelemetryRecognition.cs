using System.Buffers.Binary;

namespace Breakwater.Telemetry;

/// <summary>
/// Tells telemetry from other bytes. On the usual ports the version number is enough; on any other port version, lengths and
/// counts must be valid throughout, because an ordinary payload may begin with a 5, a 9 or a 10.
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

    /// <summary>The kind, when every length and count of one datagram is consistent up to its last byte; otherwise unknown.</summary>
    public static InputKind ByStructure(ReadOnlySpan<byte> datagram)
    {
        var kind = ByVersion(datagram);
        var valid = kind switch
        {
            InputKind.Sflow => IsWholeSflow(datagram),
            InputKind.NetFlow5 => IsWholeNetFlow5(datagram),
            InputKind.NetFlow9 => datagram.Length > 20 && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) > 0 && AreWholeSets(datagram[20..], 0, 1),
            InputKind.Ipfix => datagram.Length > 16
                && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) == datagram.Length
                && AreWholeSets(datagram[16..], 2, 3),
            _ => false,
        };
        return valid ? kind : InputKind.Unknown;
    }

    // Header 24 bytes, then exactly `count` (1-30) records of 48 bytes; engine clocks below one second of nanoseconds.
    private static bool IsWholeNetFlow5(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 24 + 48)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        return count is > 0 and <= 30
            && datagram.Length == 24 + (count * 48)
            && BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]) < 1_000_000_000;
    }

    // Sets follow each other by their own length; ids below 256 other than the two template kinds are reserved.
    private static bool AreWholeSets(ReadOnlySpan<byte> rest, ushort templateSet, ushort optionsSet)
    {
        for (var parts = 0; !rest.IsEmpty; parts++)
        {
            if (rest.Length < 4 || parts == MaximumParts)
                return false;
            var id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 4 || length > rest.Length || (id < 256 && id != templateSet && id != optionsSet))
                return false;
            rest = rest[length..];
        }

        return true;
    }

    private static bool IsWholeSflow(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 8)
            return false;
        var addressLength = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) switch { 1 => 4, 2 => 16, _ => 0 };
        var headerLength = 8 + addressLength + 16;
        if (addressLength == 0 || datagram.Length < headerLength)
            return false;
        var count = BinaryPrimitives.ReadUInt32BigEndian(datagram[(headerLength - 4)..]);
        var rest = datagram[headerLength..];
        if (count is 0 or > MaximumParts)
            return false;
        for (; count > 0; count--)
        {
            if (rest.Length < 8)
                return false;
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (length % 4 != 0 || length > rest.Length - 8)
                return false;
            rest = rest[(8 + (int)length)..];
        }

        return rest.IsEmpty;
    }
}
