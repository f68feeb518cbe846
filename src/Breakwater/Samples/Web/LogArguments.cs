using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Samples.Web;

/// <summary>Reads the arguments of a made log; each mistake has one message with its cure.</summary>
internal static class LogArguments
{
    private const string QuietMix = "quiet-mix";
    private const string QuietFlashCrowd = "quiet-flash-crowd";
    private const double DefaultRate = 500;
    private const double MostRequestsPerSecond = 50_000;
    private const int MostSeconds = 3_600;
    private const int DefaultSeconds = 60;
    private const int SecondsBefore = 180;
    private const int HoldSeconds = 20;

    /// <summary>The scenario; null with an <paramref name="error"/> when the arguments make none.</summary>
    public static LogScenario? Parse(SampleArguments arguments, ulong seed, out string error)
    {
        error = Foreign(arguments);
        var (seconds, rate) = (DefaultSeconds, DefaultRate);
        if (error.Length > 0)
            return null;
        if (arguments.Duration is { } duration && !TrySeconds(duration, out seconds))
            error = $"--duration '{duration}' is no duration of whole seconds up to an hour, such as 60s or 5m";
        else if (arguments.Rate is { } text && !TryRate(text, out rate))
            error = $"--rate '{text}' is no rate of requests up to 50,000 a second with its unit, such as 500rps";
        else if (arguments.And is not [] and not [QuietFlashCrowd])
            error = $"--and takes {QuietFlashCrowd} alone where a log is written";
        else
            return Make(arguments, new LogScenario(LogSite.Shop, seed) { BeforeSeconds = arguments.AlreadyRunning ? 0 : SecondsBefore, DuringSeconds = seconds, ArrivalsPerSecond = 4 }, rate, out error);
        return null;
    }

    private static LogScenario? Make(SampleArguments arguments, LogScenario scenario, double rate, out string error)
    {
        error = "";
        if (arguments.Kind == QuietMix)
            return scenario;
        if (arguments.Kind == QuietFlashCrowd)
            return scenario with { Crowd = Crowd() };
        if (!Vectors.TryParse(arguments.Kind, out var vector) || FloodOf(vector, rate, scenario) is not { } flood)
        {
            error = arguments.Kind is null ? "KIND is missing; 'sample --list' shows the kinds"
                : $"'{arguments.Kind}' does not show in web logs: {string.Join(", ", Kinds)} do";
            return null;
        }

        if (arguments.Mimic)
            flood = flood with { UsualAgents = true, SpeaksHttp2 = true, Referers = 50, Clients = Math.Max(flood.Clients, 5_000), RampSeconds = 20 };
        return scenario with { Flood = flood, Crowd = arguments.And.Count > 0 ? Crowd() : null };
    }

    /// <summary>What can be written as a log.</summary>
    public static IEnumerable<string> Kinds =>
        [.. Vectors.All.Where(static vector => FloodOf(vector, DefaultRate, new LogScenario(LogSite.Shop, 0)) is not null).Select(Vectors.Name), QuietMix, QuietFlashCrowd];

    private static CrowdOptions Crowd() => new(5, 25);

    private static FloodOptions? FloodOf(Vector vector, double rate, LogScenario scenario) => vector switch
    {
        Vector.HttpFlood => new FloodOptions(FloodTarget.Landing, rate, 3_000) { Agents = 5 },
        Vector.HttpCacheBusting => new FloodOptions(FloodTarget.RandomQueries, rate, 1_000) { Agents = 40, Referers = 100 },
        // What is held open this long is many connections at few requests.
        Vector.HttpSlow => new FloodOptions(FloodTarget.Home, Math.Max(1, rate / HoldSeconds), 400) { Agents = 8, HoldSeconds = Math.Min(HoldSeconds, scenario.DuringSeconds) },
        Vector.HttpLoginFlood => new FloodOptions(FloodTarget.Login, rate, 2_000) { Agents = 12, Referers = 50 },
        Vector.HttpScraping => new FloodOptions(FloodTarget.Walk, rate, 12) { Agents = 3, RampSeconds = 1 },
        _ => null,
    };

    private static string Foreign(SampleArguments arguments)
    {
        if ((arguments.Sampling ?? arguments.From) is not null)
            return "--sampling and --from belong to packets and telemetry, not to --as log";
        return (arguments.Shape ?? arguments.Hosts ?? arguments.On ?? arguments.Off ?? arguments.Mix ?? arguments.Outbound) is not null
            ? "--shape, --hosts, --on, --off, --mix and --outbound belong to packets and telemetry, not to --as log" : "";
    }

    private static bool TrySeconds(string text, out int seconds)
    {
        var isDuration = Quantity.TryDuration(text, out var nanoseconds);
        seconds = (int)Math.Min(int.MaxValue, nanoseconds / 1_000_000_000);
        return isDuration && nanoseconds % 1_000_000_000 == 0 && seconds <= MostSeconds;
    }

    private static bool TryRate(string text, out double rate)
    {
        rate = 0;
        return text.EndsWith("rps", StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(0, text.Length - 3), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && rate is >= 1 and <= MostRequestsPerSecond;
    }
}
