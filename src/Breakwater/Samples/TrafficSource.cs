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
