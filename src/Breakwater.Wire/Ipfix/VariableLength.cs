using System.Buffers.Binary;

namespace Breakwater.Wire.Ipfix;

/// <summary>Variable-length information elements (RFC 7011 §7): one length octet, or 255 and two more.</summary>
internal static class VariableLength
{
    /// <summary>Reads the length at <paramref name="at"/>; false when the length or the value is cut off.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, int at, out int valueAt, out int length)
    {
        valueAt = length = 0;
        if ((uint)at >= (uint)bytes.Length)
            return false;
        length = bytes[at];
        valueAt = at + 1;
        if (length == 255)
        {
            if (bytes.Length - valueAt < 2)
                return false;
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[valueAt..]);
            valueAt += 2;
        }

        return length <= bytes.Length - valueAt;
    }
}
