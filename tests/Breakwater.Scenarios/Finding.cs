using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Scenarios;

/// <summary>What a detector said, in words that every detector has: one incident.</summary>
/// <param name="Target">Host (as a network of one) or network.</param>
/// <param name="Direction"><c>inbound</c> or <c>outbound</c>.</param>
/// <param name="Shape"><c>host</c>, <c>carpet</c> or <c>pulse</c>; null when the detector tells none.</param>
/// <param name="Verdict">Kebab-case, as in reports.</param>
/// <param name="Vectors">Names of vectors; for a detector with coarser labels all those that its label covers.</param>
/// <param name="LabelsAreCoarse">The label names a kind of traffic and covers several vectors: one that fits will do.</param>
/// <param name="DetectedNanoseconds">Record time of the verdict, since 1970; null when it has none.</param>
internal sealed record Finding(
    Prefix Target, string Direction, string? Shape, string Verdict, ImmutableArray<string> Vectors, bool LabelsAreCoarse, long? DetectedNanoseconds)
{
    public const string Inbound = "inbound";
    public const string Outbound = "outbound";
    public const string Attack = "attack";

    public override string ToString() => $"{Verdict} {Direction} {Target} [{string.Join(", ", Vectors)}]{(Shape is null ? "" : $" {Shape}")}";
}
