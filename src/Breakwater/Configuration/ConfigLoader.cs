using System.Collections;
using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>Reads <c>breakwater.yaml</c> (docs/reference/configuration.md).</summary>
internal static class ConfigLoader
{
    /// <summary>Reads a file, with the environment's values over it. Every mistake is in the result; none is an exception.</summary>
    /// <param name="environment">All variables; only those called <c>BREAKWATER__…</c> matter.</param>
    /// <param name="detectors">Names that <c>detection.off</c> may hold.</param>
    public static ConfigResult Load(string path, IReadOnlyDictionary<string, string> environment, ImmutableArray<string> detectors)
    {
        var mistakes = new ConfigMistakes();
        return ReadFile(path, mistakes) is { } bytes
            ? Read(path, bytes, environment, detectors)
            : new ConfigResult(null, mistakes.InOrder());
    }

    /// <summary>Reads the bytes of a file called <paramref name="path"/>.</summary>
    public static ConfigResult Read(string path, ReadOnlySpan<byte> utf8, IReadOnlyDictionary<string, string> environment, ImmutableArray<string> detectors)
    {
        var mistakes = new ConfigMistakes();
        if (YamlTree.Read(path, utf8, mistakes) is not { } tree)
            return new ConfigResult(null, mistakes.InOrder());
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);
        var config = new ConfigBuilder(folder, detectors, mistakes).Build(EnvironmentOverrides.Apply(tree, environment, mistakes));
        return new ConfigResult(mistakes.IsEmpty ? config : null, mistakes.InOrder());
    }

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(static variable => (string)variable.Key, static variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    /// <summary>At most one octet more than is accepted, so that a device or a wrong file does no harm.</summary>
    private static byte[]? ReadFile(string path, ConfigMistakes mistakes)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[YamlTree.MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..length];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            mistakes.Add(ConfigPlace.WholeFile(path), "there is no such file", "check the path that --config names");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            mistakes.Add(ConfigPlace.WholeFile(path), "the file cannot be read", $"make it a file that this user may read ({error.Message.TrimEnd('.')})");
        }

        return null;
    }
}
