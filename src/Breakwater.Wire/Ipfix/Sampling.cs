namespace Breakwater.Wire.Ipfix;

/// <summary>How many packets stand behind one sampled packet, and who said so.</summary>
/// <param name="Rate">Packets per sampled packet, rounded to the nearest integer; 0 while unknown, never assumed to be 1.</param>
/// <param name="Source">Where the rate comes from.</param>
public readonly record struct Sampling(uint Rate, SamplingSource Source)
{
    /// <summary>Not told yet.</summary>
    public static Sampling Unknown => default;
}
