namespace Breakwater.Fuzz.Engine;

/// <summary>
/// The inputs to mutate: the seeds, and inputs that led the decoder a new way. Bounded in number and bytes; when full, a kept input gives
/// way to a newer one. Saved beside the run's state, so a resumed run goes on exactly as it would have.
/// </summary>
internal sealed class Corpus(IReadOnlyList<byte[]> seeds)
{
    private const int MaxKept = 4096;
    private const long MaxKeptBytes = 16 * 1024 * 1024;
    private const int MaxSignatures = 1 << 17;

    private readonly List<byte[]> _kept = [];
    private readonly HashSet<ulong> _signatures = [];
    private long _keptBytes;

    /// <summary>How many ways through the decoder were seen.</summary>
    public int Signatures => _signatures.Count;

    /// <summary>How many inputs were kept.</summary>
    public int Kept => _kept.Count;

    /// <summary>Bytes that this corpus holds on the heap, roughly: growth measurements leave it out.</summary>
    public long HeapBytes => _keptBytes + 40L * _kept.Count + 32L * _signatures.EnsureCapacity(0);

    /// <summary>An input to start from.</summary>
    public byte[] Pick(ref FuzzRandom random)
    {
        if (_kept.Count > 0 && random.Chance(60))
            return _kept[random.Below(_kept.Count)];
        return seeds[random.Below(seeds.Count)];
    }

    /// <summary>Keeps an input whose signature is new.</summary>
    public void Offer(ulong signature, ReadOnlySpan<byte> input, ref FuzzRandom random)
    {
        if (_signatures.Count >= MaxSignatures || !_signatures.Add(signature))
            return;
        if (_kept.Count < MaxKept && _keptBytes + input.Length <= MaxKeptBytes)
        {
            _kept.Add(input.ToArray());
            _keptBytes += input.Length;
            return;
        }

        var place = random.Below(_kept.Count);
        if (_keptBytes - _kept[place].Length + input.Length > MaxKeptBytes)
            return;
        _keptBytes += input.Length - _kept[place].Length;
        _kept[place] = input.ToArray();
    }

    /// <summary>Writes what was kept.</summary>
    public void Save(string path)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(_signatures.Count);
        foreach (var signature in _signatures)
            file.Write(signature);
        file.Write(_kept.Count);
        foreach (var input in _kept)
        {
            file.Write(input.Length);
            file.Write(input);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        for (var count = file.ReadInt32(); count > 0; count--)
            _signatures.Add(file.ReadUInt64());
        for (var count = file.ReadInt32(); count > 0; count--)
        {
            var input = file.ReadBytes(file.ReadInt32());
            _kept.Add(input);
            _keptBytes += input.Length;
        }
    }
}
