namespace Breakwater.Detection.Samples;

/// <summary>
/// The records of one minute with the smallest hashes (bottom-k; Cohen and Kaplan 2007): a uniform sample of records that any order and
/// any merging leave the same. Each record kept stands for <see cref="Weight"/> records.
/// </summary>
internal sealed class MinuteSample(long minute)
{
    /// <summary>Records kept while the minute is young.</summary>
    public const int Size = 256;

    /// <summary>Records kept of minutes older than an hour: a smaller sample is the beginning of the larger one.</summary>
    public const int SmallSize = 48;

    private SampledRecord[] _records = new SampledRecord[2 * Size];
    private int _count;
    private ulong _limit = ulong.MaxValue;

    /// <summary>Minutes since 1970.</summary>
    public long Minute { get; } = minute;

    /// <summary>Records that came in this minute.</summary>
    public long Seen { get; private set; }

    /// <summary>How many records each one kept stands for; 1 when all are kept.</summary>
    public double Weight => _count == 0 ? 0 : Math.Max(1, (double)Seen / Math.Min(_count, Size));

    /// <summary>True when a record with this hash has to be added; counts it in any case.</summary>
    public bool Wants(ulong hash)
    {
        Seen++;
        return hash <= _limit;
    }

    public void Add(in SampledRecord record)
    {
        _records[_count++] = record;
        if (_count == _records.Length)
            Cut(Size);
    }

    /// <summary>The sample in the order of hashes.</summary>
    public ReadOnlySpan<SampledRecord> Records()
    {
        Cut(Math.Min(Size, _count));
        return _records.AsSpan(0, _count);
    }

    /// <summary>Gives back memory: the minute is old.</summary>
    public void Shrink()
    {
        if (_records.Length == SmallSize)
            return;
        Cut(Math.Min(SmallSize, _count));
        Array.Resize(ref _records, SmallSize);
    }

    private void Cut(int size)
    {
        _records.AsSpan(0, _count).Sort(static (left, right) => Compare(in left, in right));
        if (_count > size)
            _limit = _records[size - 1].Hash;
        _count = Math.Min(_count, size);
    }

    /// <summary>Equal hashes are of records that differ in no more than what the hash leaves out: these are in an order too, so that any order of arrival keeps the same.</summary>
    private static int Compare(in SampledRecord left, in SampledRecord right)
    {
        var order = left.Hash.CompareTo(right.Hash);
        if (order == 0)
            order = left.FirstNanoseconds.CompareTo(right.FirstNanoseconds);
        return order != 0 ? order : Rest(in left).CompareTo(Rest(in right));
    }

    private static ulong Rest(in SampledRecord record) => ((ulong)record.PacketLength << 40) | ((ulong)record.TcpFlags << 32) | ((ulong)record.IcmpType << 24)
        | ((ulong)record.IcmpCode << 16) | ((ulong)record.Fragment << 8) | (ulong)record.Known;
}
