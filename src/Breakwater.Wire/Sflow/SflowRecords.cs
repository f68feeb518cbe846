using System.Buffers.Binary;

namespace Breakwater.Wire.Sflow;

/// <summary>The records of one sample: each a tag, a length and a body within the sample. Use with <c>foreach</c>.</summary>
public readonly ref struct SflowRecords
{
    internal SflowRecords(uint count, ReadOnlySpan<byte> bytes)
    {
        Count = count;
        Bytes = bytes;
    }

    /// <summary>Records announced.</summary>
    public uint Count { get; }

    /// <summary>The rest of the sample, which holds them.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public Enumerator GetEnumerator() => new(this);

    /// <summary>Octets that a record takes, tag and length included, whose body lies within a datagram.</summary>
    internal static int Padded(uint bodyLength) => 8 + (int)((bodyLength + 3) & ~3u);

    /// <summary>Walks all records; None when as many as announced lie within the sample.</summary>
    public DecodeError Validate()
    {
        var records = GetEnumerator();
        while (records.MoveNext())
        {
        }

        return records.Error;
    }

    /// <summary>Steps from record to record; stops at the first fault, which <see cref="Error"/> then names.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private uint _left;

        internal Enumerator(SflowRecords records)
        {
            _rest = records.Bytes;
            _left = records.Count;

            // Each record needs 8 bytes at least: a count beyond that is a lie, but the records that are there can be read.
            if (_left > (uint)_rest.Length / 8)
                Error = DecodeError.BadCount;
        }

        /// <summary>What is wrong with the list.</summary>
        public DecodeError Error { get; private set; }

        public SflowTag Tag { get; private set; }

        public ReadOnlySpan<byte> Body { get; private set; }

        /// <summary>The record as a value, for <c>foreach</c>.</summary>
        public readonly SflowRecord Current => new(Tag, Body);

        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            if (_rest.Length < 8)
                return Fail(DecodeError.BadCount);
            var length = BinaryPrimitives.ReadUInt32BigEndian(_rest[4..]);
            if (length > (uint)_rest.Length - 8)
                return Fail(DecodeError.BadLength);
            Tag = new SflowTag(BinaryPrimitives.ReadUInt32BigEndian(_rest));
            Body = _rest.Slice(8, (int)length);

            // XDR pads to 4; some agents leave the padding of the last record away.
            _rest = _rest[Math.Min(_rest.Length, Padded(length))..];
            _left--;
            return true;
        }

        /// <summary>Steps over a record whose body is known to lie within the sample.</summary>
        internal void SkipKnown(uint bodyLength)
        {
            _rest = _rest[Math.Min(_rest.Length, Padded(bodyLength))..];
            _left--;
        }

        private bool Fail(DecodeError error)
        {
            if (Error == DecodeError.None)
                Error = error;
            _left = 0;
            return false;
        }
    }
}

/// <summary>One flow or counter record.</summary>
public readonly ref struct SflowRecord(SflowTag tag, ReadOnlySpan<byte> body)
{
    public SflowTag Tag { get; } = tag;

    /// <summary>The structure's bytes, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;
}
