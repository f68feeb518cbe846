using System.Buffers.Binary;

namespace Breakwater.Telemetry.Live;

/// <summary>What a recording of logs tells.</summary>
internal enum LineRecordKind : byte
{
    /// <summary>The run begins with these settings; JSON.</summary>
    Start = 1,

    /// <summary>A log begins; JSON.</summary>
    Open,

    /// <summary>Lines of a log.</summary>
    Lines,

    /// <summary>Its times are off by so many seconds from now on.</summary>
    Skew,

    /// <summary>The clock has reached this second.</summary>
    Pass,

    /// <summary>Part of the logs is not seen (1), or all are again (0).</summary>
    Hold,

    /// <summary>1 in 2^value clients is looked at.</summary>
    Shed,

    /// <summary>Other settings from now on; JSON.</summary>
    Settings,

    /// <summary>A log ends.</summary>
    Close,

    /// <summary>The run ended by itself.</summary>
    End,
}

/// <summary>One record: kind, number of the log, a value, and octets. Little-endian, one behind the other.</summary>
internal readonly ref struct LineRecord(LineRecordKind kind, int log, long value, ReadOnlySpan<byte> octets)
{
    /// <summary>Octets before those of the record itself.</summary>
    public const int HeaderBytes = 1 + sizeof(int) + sizeof(long) + sizeof(int);

    /// <summary>A longer record is none of ours.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    public LineRecordKind Kind => kind;

    public int Log => log;

    public long Value => value;

    public ReadOnlySpan<byte> Octets { get; } = octets;

    public void WriteTo(Stream output)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], log);
        BinaryPrimitives.WriteInt64LittleEndian(header[5..], value);
        BinaryPrimitives.WriteInt32LittleEndian(header[13..], Octets.Length);
        output.Write(header);
        output.Write(Octets);
    }

    /// <summary>Reads the next one; false at the end.</summary>
    /// <param name="input">The recording.</param>
    /// <param name="buffer">Holds the octets; grows.</param>
    /// <param name="record">Gets the record, valid until the next call.</param>
    /// <exception cref="InvalidDataException">This is no recording, or it was cut off.</exception>
    public static bool TryRead(Stream input, ref byte[] buffer, out LineRecord record)
    {
        record = default;
        Span<byte> header = stackalloc byte[HeaderBytes];
        var count = input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (count == 0)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[13..]);
        if (count < header.Length || length is < 0 or > MaximumBytes || header[0] is 0 or > (byte)LineRecordKind.End)
            throw new InvalidDataException("the recording of logs is cut off, or none");
        if (buffer.Length < length)
            buffer = new byte[length];
        if (input.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) < length)
            throw new InvalidDataException("the recording of logs is cut off");
        record = new LineRecord((LineRecordKind)header[0], BinaryPrimitives.ReadInt32LittleEndian(header[1..]), BinaryPrimitives.ReadInt64LittleEndian(header[5..]), buffer.AsSpan(0, length));
        return true;
    }
}
