namespace Breakwater.Samples;

/// <summary>Packets in time order, made one at a time, so that a sample of any length needs the same memory.</summary>
internal abstract class TrafficSource
{
    /// <summary>Marks a source that has no further packet.</summary>
    public const long Finished = long.MaxValue;

    /// <summary>When the next packet is due, in nanoseconds since the sample's start; <see cref="Finished"/> when there is none.</summary>
    public abstract long NextNanoseconds { get; }

    /// <summary>Describes the packet that is due and moves on to the one after it. Only called while there is one.</summary>
    public abstract void Next(SamplePacket packet);
}

/// <summary>What a sampler of 1 in so many sees of another source: each packet with the same chance.</summary>
internal sealed class ThinnedTraffic : TrafficSource
{
    private readonly TrafficSource _all;
    private readonly uint _rate;
    private readonly SeededRandom _random;
    private readonly SamplePacket _unseen = new();

    public ThinnedTraffic(TrafficSource all, uint rate, SeededRandom random)
    {
        (_all, _rate, _random) = (all, rate, random);
        PassUnseen();
    }

    public override long NextNanoseconds => _all.NextNanoseconds;

    public override void Next(SamplePacket packet)
    {
        _all.Next(packet);
        PassUnseen();
    }

    private void PassUnseen()
    {
        while (_all.NextNanoseconds != Finished && !_random.OneIn(_rate))
            _all.Next(_unseen);
    }
}
