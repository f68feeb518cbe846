using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>What reading a configuration gave: either a configuration, or all of its mistakes in the order of the file.</summary>
internal sealed record ConfigResult(BreakwaterConfig? Config, ImmutableArray<ConfigMistake> Mistakes);
