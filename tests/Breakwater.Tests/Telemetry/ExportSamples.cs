using System.Buffers.Binary;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry;

/// <summary>Small export messages written by hand from RFC 7011 and RFC 3954.</summary>
internal static class ExportSamples
{
    /// <summary>Template 256: source address, destination address, octets (4 of 8 bytes, reduced), packets (4).</summary>
    public static byte[] IpfixTemplateSet() =>
        Set(2, [1, 0, 0, 4, 0, 8, 0, 4, 0, 12, 0, 4, 0, 1, 0, 4, 0, 2, 0, 4]);

    /// <summary>One record of template 256: 192.0.2.1 to 198.51.100.1.</summary>
    public static byte[] DataSet(uint octets, uint packets)
    {
        var record = new byte[16];
        byte[] addresses = [192, 0, 2, 1, 198, 51, 100, 1];
        addresses.CopyTo(record, 0);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(8), octets);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(12), packets);
        return Set(256, record);
    }

    /// <summary>An IPFIX message of domain 1 (RFC 7011 §3.1).</summary>
    public static byte[] Ipfix(uint sequence, params byte[][] sets)
    {
        var buffer = new byte[65535];
        var writer = new WireWriter(buffer);
        writer.Write((ushort)10);
        writer.Write((ushort)(16 + sets.Sum(static set => set.Length)));
        writer.Write(1_700_000_000u);
        writer.Write(sequence);
        writer.Write(1u);
        foreach (var set in sets)
            writer.Write(set);
        return writer.Written.ToArray();
    }

    /// <summary>A NetFlow v5 datagram with one UDP record and a sampling interval of 1:100.</summary>
    public static byte[] NetFlow5()
    {
        var buffer = new byte[24 + 48];
        var writer = new WireWriter(buffer);
        writer.Write((ushort)5);
        writer.Write((ushort)1);
        writer.Write(60_000u);
        writer.Write(1_700_000_000u);
        writer.Write(0u);
        writer.Write(7u);
        writer.Write((byte)0);
        writer.Write((byte)3);
        writer.Write((ushort)(0x4000 | 100));
        writer.Write([192, 0, 2, 1, 198, 51, 100, 1, 0, 0, 0, 0]);
        writer.WriteZeros(36);
        buffer[24 + 38] = 17;
        return buffer;
    }

    private static byte[] Set(ushort id, ReadOnlySpan<byte> body)
    {
        var set = new byte[4 + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(set, id);
        BinaryPrimitives.WriteUInt16BigEndian(set.AsSpan(2), (ushort)set.Length);
        body.CopyTo(set.AsSpan(4));
        return set;
    }
}
