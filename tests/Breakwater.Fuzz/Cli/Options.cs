using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Breakwater.Fuzz.Cli;

/// <summary>The command line: a command, then targets or input, then options.</summary>
internal sealed record Options
{
    public required string Command { get; init; }

    /// <summary>What stands behind the command without a name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Inputs per target; null: what the command usually takes.</summary>
    public long? Inputs { get; init; }

    /// <summary>Seed of the generator; null: the one of the run that is resumed, else a fixed one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Minutes after which a run stops, to be resumed later.</summary>
    public double? Minutes { get; init; }

    /// <summary>Reads the arguments; false with a sentence for the user when they make no sense.</summary>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out Options? options, out string error)
    {
        options = null;
        error = "";
        var words = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                words.Add(args[i]);
            else if (args[i] is "--inputs" or "--seed" or "--minutes" && i + 1 < args.Length)
                values[args[i]] = args[++i];
            else
                error = $"{args[i]}: not an option, or its value is missing";
        }

        var culture = CultureInfo.InvariantCulture;
        long inputs = 0;
        ulong seed = 0;
        double minutes = 0;
        if (values.TryGetValue("--inputs", out var text) && !(long.TryParse(text, culture, out inputs) && inputs > 0))
            error = "--inputs takes a number above 0";
        if (values.TryGetValue("--seed", out text) && !ulong.TryParse(text, culture, out seed))
            error = "--seed takes a number";
        if (values.TryGetValue("--minutes", out text) && !(double.TryParse(text, culture, out minutes) && minutes > 0))
            error = "--minutes takes a number above 0";
        if (words.Count == 0)
            error = "no command";
        if (error.Length > 0)
            return false;
        options = new Options
        {
            Command = words[0],
            Arguments = words[1..],
            Inputs = values.ContainsKey("--inputs") ? inputs : null,
            Seed = values.ContainsKey("--seed") ? seed : null,
            Minutes = values.ContainsKey("--minutes") ? minutes : null,
        };
        return true;
    }
}
