namespace Breakwater.Incidents;

/// <summary>One service's traffic in one second, or the mean of a minute.</summary>
/// <param name="At">End of the second; begin of the minute.</param>
/// <param name="PacketsPerSecond">Scaled by the sampling rate.</param>
/// <param name="BitsPerSecond">Likewise.</param>
/// <param name="UsualLow">Lower end of what is usual, packets per second; null while unknown.</param>
/// <param name="UsualHigh">Upper end.</param>
internal readonly record struct TrafficPoint(DateTimeOffset At, double PacketsPerSecond, double BitsPerSecond, double? UsualLow, double? UsualHigh);
