namespace Breakwater.Fuzz.Engine;

/// <summary>What one input led to.</summary>
/// <param name="Signature">Which way the decoder took: error, counts in coarse steps, kinds of content. New ones keep the input.</param>
/// <param name="Accepted">True when the decoder gave at least one record, which the second reader then checked.</param>
internal readonly record struct Outcome(ulong Signature, bool Accepted);

/// <summary>The bug that a build with PLANTED_BUGS puts around this target's decoder.</summary>
/// <param name="Kind">How the fuzzer has to see it.</param>
/// <param name="Description">The mistake, as a programmer would make it.</param>
internal sealed record PlantedBug(FaultKind Kind, string Description);

/// <summary>One decoder under test: where its inputs come from, how it is called, and what must hold afterwards.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The bug that proves that this target can find one.</summary>
    public abstract PlantedBug Planted { get; }

    /// <summary>True when an input is a <see cref="DatagramSequence"/>.</summary>
    public virtual bool IsSequence => false;

    /// <summary>Longest input in bytes.</summary>
    public virtual int CapacityBytes => 2048;

    /// <summary>Longest datagram of a sequence in bytes.</summary>
    public virtual int DatagramBytes => 1500;

    /// <summary>Inputs that share one decoder state before it is made anew.</summary>
    public virtual int InputsPerState => 1;

    /// <summary>What the decoder's state says that it takes at most.</summary>
    public virtual long StateBoundBytes => 0;

    /// <summary>Values of the format that a mutation may write.</summary>
    public virtual byte[][] Tokens => [];

    /// <summary>Valid inputs to start from.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Throws away the decoder's state.</summary>
    public virtual void Renew()
    {
    }

    /// <summary>Mends totals and counts of a datagram so that mutations reach the code behind the first check.</summary>
    public virtual void Repair(Span<byte> datagram)
    {
    }

    /// <summary>Decodes one input and checks the result.</summary>
    /// <exception cref="FuzzFault">A promise does not hold.</exception>
    public abstract Outcome Execute(ReadOnlySpan<byte> input);
}
