using System.Collections.Immutable;
using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Tests.Configuration;

/// <summary>Configurations from text, under the name <c>f.yaml</c>.</summary>
internal static class Configurations
{
    /// <summary>Names that <c>detection.off</c> may hold in these tests.</summary>
    public static readonly ImmutableArray<string> Detectors = ["reflection", "carpet", "volume"];

    public static ConfigResult Read(string text, params (string Name, string Value)[] environment) => Read(Encoding.UTF8.GetBytes(text), environment);

    public static ConfigResult Read(byte[] bytes, params (string Name, string Value)[] environment) =>
        ConfigLoader.Read("f.yaml", bytes, environment.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal), Detectors);

    public static BreakwaterConfig Good(string text, params (string Name, string Value)[] environment)
    {
        var result = Read(text, environment);
        Assert.Equal([], Messages(result));
        return result.Config!;
    }

    public static IEnumerable<string> Messages(ConfigResult result) => result.Mistakes.Select(mistake => mistake.ToString());

    /// <summary>Every key of the table with its dotted path; list sections as <c>services[]</c>.</summary>
    public static IEnumerable<(string Path, ConfigKey Key)> AllKeys() => Below("", RootKeys.All);

    private static IEnumerable<(string Path, ConfigKey Key)> Below(string path, ImmutableArray<ConfigKey> keys) => keys.SelectMany(key => key switch
    {
        SectionKey section => Below($"{path}{key.Name}.", section.Keys).Prepend((path + key.Name, key)),
        SectionListKey list => Below($"{path}{key.Name}[].", list.Keys).Prepend((path + key.Name, key)),
        _ => [(path + key.Name, key)],
    });
}
