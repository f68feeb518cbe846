using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Geo;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Response;

namespace Breakwater.Commands;

/// <summary>
/// Reads the configuration of a running engine again, for SIGHUP and for the API: one at a time, a bad file changes nothing, and each is in the
/// audit. Holds what is in force.
/// </summary>
internal sealed class Reloader(LiveEngine engine, string path, BreakwaterConfig config, GeoLookup? geo, TerminalLines lines, Func<BreakwaterConfig, LiveSettings> settings)
{
    /// <summary>Who reloads by SIGHUP, for the audit.</summary>
    public const string Signal = "signal";

    private readonly Lock _lock = new();
    private BreakwaterConfig _config = config;
    private GeoLookup? _geo = geo;

    public BreakwaterConfig Config => Volatile.Read(ref _config);

    public GeoLookup? Geo => Volatile.Read(ref _geo);

    /// <summary>Reads the file, and takes it when it is good.</summary>
    /// <param name="by">Who asked.</param>
    /// <param name="holds">Whether the hash of what is in force is the one that the asker saw.</param>
    /// <param name="journal">Gets the audit entry.</param>
    public ReloadOutcome Reload(string by, Func<string, bool> holds, Journal journal)
    {
        lock (_lock)
        {
            var before = Config.Hash;
            if (!holds(before))
                return ReloadOutcome.Changed(before);
            var mistakes = new List<string>();
            if (LocalClient.LoadConfig(path, mistakes.Add) is not { } read)
            {
                foreach (var mistake in mistakes.Append("breakwater: not reloaded: the configuration in use stays"))
                    lines.WriteLine(mistake);
                Audit(journal, EntryKind.ReloadRefused, by, new JsonObject { ["configHash"] = before, ["mistakes"] = mistakes.Count });
                return new ReloadOutcome(false, before, [.. mistakes], []);
            }

            var opened = OpenGeo(read, lines);
            var later = engine.Reload(settings(read) with { Geo = opened });
            if (ResponseStage.Later(Config.Response, read.Response) is { } waiting)
                later = later.Add(waiting);
            foreach (var sentence in later)
                lines.WriteLine($"breakwater: {sentence}");
            Volatile.Write(ref _config, read);
            Volatile.Write(ref _geo, opened);
            journal.Quiet = read.Detection.Quiet;
            lines.WriteLine("breakwater: reloaded");
            Audit(journal, EntryKind.Reloaded, by, new JsonObject { ["configHash"] = read.Hash, ["configHashBefore"] = before });
            return new ReloadOutcome(true, read.Hash, [], later);
        }
    }

    /// <summary>A database that cannot be read is told; the others are used.</summary>
    public static GeoLookup? OpenGeo(BreakwaterConfig config, TerminalLines lines)
    {
        var opening = GeoFiles.Open([.. new[] { config.Geo.Countries?.FullPath, config.Geo.Asns?.FullPath }.OfType<string>()], AppContext.BaseDirectory);
        foreach (var fault in opening.Faults)
            lines.WriteLine($"breakwater: {fault}");
        return opening.Lookup;
    }

    private static void Audit(Journal journal, string kind, string by, JsonObject data)
    {
        data["by"] = by;
        journal.TryAdd(new NoteWork(TimeProvider.System.GetUtcNow(), kind, "config", data.ToJsonString()));
    }
}
