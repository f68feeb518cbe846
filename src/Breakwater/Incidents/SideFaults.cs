namespace Breakwater.Incidents;

/// <summary>Faults of the parts around the journal that keep incidents from it, or people from them. Any thread.</summary>
internal sealed class SideFaults(TimeProvider time)
{
    /// <summary>The reader between engine and journal.</summary>
    public const string Reader = "reader";

    /// <summary>The local socket.</summary>
    public const string Socket = "socket";

    /// <summary>What is done about incidents.</summary>
    public const string Response = "response";

    /// <summary>Templates and baselines on disk.</summary>
    public const string Memory = "templates"; // after those that cost incidents, which are told first

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SideFault> _faults = new(StringComparer.Ordinal);

    /// <summary>The first part's fault; null: all is well.</summary>
    public SideFault? Current
    {
        get
        {
            var now = time.GetUtcNow();
            lock (_lock)
                return _faults.Values.FirstOrDefault(fault => fault.Until is not { } end || now < end);
        }
    }

    /// <summary>Takes the place of the part's fault of before.</summary>
    /// <param name="part">Whose fault it is.</param>
    /// <param name="sentence">What is wrong, with its cure; null: nothing any more.</param>
    /// <param name="stands">How long it is told; null: as long as Breakwater runs.</param>
    public void Set(string part, string? sentence, TimeSpan? stands = null)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (sentence is null)
                _faults.Remove(part);
            else
                _faults[part] = new SideFault(sentence, now, now + stands);
        }
    }
}

/// <summary>One fault.</summary>
/// <param name="Sentence">What is wrong.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Told until then; null: always.</param>
internal sealed record SideFault(string Sentence, DateTimeOffset Since, DateTimeOffset? Until);
