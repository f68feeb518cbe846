namespace Breakwater.Detection.Samples;

/// <summary>One record of a standing sample, for who reads samples from outside.</summary>
/// <param name="Minute">The minute that it is kept under, since 1970.</param>
/// <param name="Weight">Records of the minute that it stands for.</param>
/// <param name="Record">The record.</param>
public readonly record struct StandingRecord(long Minute, double Weight, SampledRecord Record);
