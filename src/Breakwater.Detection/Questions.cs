using System.Runtime.CompilerServices;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection;

/// <summary>Who asked whom within the last 30 to 60 seconds.</summary>
internal sealed class Questions
{
    /// <summary>No question is remembered for longer than two generations.</summary>
    public const long MostTicks = 2 * PairFilter.GenerationNanoseconds / Detector.TickNanoseconds;

    private readonly PairFilter _pairs = new();
    private readonly AskerBits _askers = new();

    // As of the last tick: within a tick no order may decide what is remembered.
    private bool _isFull;

    /// <inheritdoc cref="PairFilter.HasGroups"/>
    public bool HasGroups => _pairs.HasGroups;

    /// <inheritdoc cref="PairFilter.IsSaturated"/>
    public bool AreUncertain => _pairs.IsSaturated;

    /// <summary>
    /// Remembers what an entry asks; for the rest of thirty seconds that have brought more than can be told apart, only what own hosts ask: strangers ask at will.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in TickEntry entry)
    {
        if (_isFull && entry.Has(EntryTraits.HasHost) && entry.Direction == Direction.Inbound)
            return;
        if (entry.Has(EntryTraits.AsksGroup))
        {
            _pairs.AddGroup(entry.AsksPair);
        }
        else if (entry.AsksPair != 0)
        {
            _pairs.Add(entry.AsksPair);
            // A record of no own host is asked by none.
            if (entry.Has(EntryTraits.HasHost))
                _askers.Add(entry.SenderHash);
        }
    }

    /// <summary>False when the own host of this entry, of whatever direction, has asked nobody: then nothing it gets was asked for.</summary>
    public bool MayHaveAsked(in TickEntry entry) => _pairs.HasGroups || _askers.MayHave(entry.AddressHash);

    /// <summary>True when the receiver has asked the sender, or a group that the sender is of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool WereAsked(in TickEntry entry) => _pairs.Contains(entry.AnswersPair)
        || (entry.Protocol == 17 && entry.Direction == Direction.Inbound && _pairs.HasGroups
            && _pairs.Contains(KeyedHash.OfGroupQuestion(entry.HostHash, entry.SourcePort)));

    /// <summary>Asks the processor for what <see cref="Add"/> will write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchQuestion(in TickEntry entry)
    {
        if (_isFull || entry.AsksPair == 0)
            return;
        _pairs.PrefetchAdd(entry.AsksPair);
        _askers.PrefetchAdd(entry.SenderHash);
    }

    /// <summary>Asks the processor for what <see cref="WereAsked"/> will read.</summary>
    public void PrefetchAnswer(in TickEntry entry) => _pairs.PrefetchContains(entry.AnswersPair);

    /// <summary>Lets old questions go: called once per tick, before the next tick's records.</summary>
    public void Advance(long nanoseconds)
    {
        _pairs.Advance(nanoseconds);
        _askers.Advance(nanoseconds / PairFilter.GenerationNanoseconds);
        _isFull = _pairs.IsFull;
    }
}
