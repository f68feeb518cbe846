using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>Who is told of attacks.</summary>
internal sealed record NotifyConfig
{
    public static readonly NotifyConfig Default = new();

    /// <summary>Programs that are called, by full path; default none.</summary>
    public ImmutableArray<string> Scripts { get; init; } = [];

    /// <summary>One that runs longer is ended; 1 s to 10 min; default 30 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);
}

internal static class NotifyKeys
{
    /// <summary>Most scripts.</summary>
    public const int MaximumScripts = 8;

    public static readonly ListKey<string> Scripts = new(
        "scripts", new ScriptPathValue(), "Programs that are called when an attack begins and when it is over, with FastNetMon's arguments");

    public static readonly ScalarKey<TimeSpan> TimeLimit = new(
        "timeLimit", new DurationValue(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), NotifyConfig.Default.TimeLimit), "A script that runs longer is ended, with all that it started")
    {
        Default = NotifyConfig.Default.TimeLimit,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Scripts, TimeLimit];
}

/// <summary>A program by its full path: what is called never depends on the folder or the search path.</summary>
internal sealed record ScriptPathValue : ConfigValue<string>
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public override string Kind => "a script";

    public override string Range => "the full path of an executable file, such as /usr/local/bin/notify.sh";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var isPath = text.Length is > 1 and <= PathValue.MaxCharacters && text[0] == '/' && !text.Any(char.IsControl) && Path.GetFullPath(text) == text;
        return isPath ? null : new($"{ConfigMistakes.Quote(text)} is no full path", "write the path from / on, without .. in it, and no arguments");
    }

    /// <summary>Why it cannot be called, as the end of a sentence; null: it can.</summary>
    internal static string? Fault(string path)
    {
        if (!File.Exists(path))
            return "is no file";
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Executable) != 0 ? null : "is not executable";
    }
}
