using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Breakwater.Tests.Response;

/// <summary>
/// Rounds of bench/response-rounds.sh: a filter of a person under a running attack, one of six ends, what BIRD holds while nobody is there, and after the return. Each round is a
/// line of the results, so that a run goes on where it was stopped; its end is drawn by the round's number.
/// </summary>
public sealed class ResponseRounds
{
    private const string ResultsVariable = "BREAKWATER_ROUNDS_RESULTS";
    private const string RoundsVariable = "BREAKWATER_ROUNDS";
    private const string SpacesVariable = "BREAKWATER_ROUNDS_SPACES";
    private const string MinutesVariable = "BREAKWATER_ROUNDS_MINUTES";
    private const int HoldSeconds = 3;
    private const int MostBroken = 20;
    private const int RestartSeconds = 10;
    private const int TelemetryStepMilliseconds = 50;
    private static readonly string[] _ends = ["kill", "stop", "cable", "router", "term", "upgrade"];
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _back = TimeSpan.FromSeconds(60);
    private readonly Lock _lock = new();
    private HashSet<int> _done = [];

    /// <summary>No test by itself.</summary>
    [Fact(Explicit = true)]
    public void Run()
    {
        var results = Environment.GetEnvironmentVariable(ResultsVariable);
        Assert.SkipWhen(results is null, "only by bench/response-rounds.sh");
        var (rounds, spaces, minutes) = (Number(RoundsVariable), Number(SpacesVariable), Number(MinutesVariable));
        _done = File.Exists(results) ? [.. File.ReadLines(results).Select(static line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))] : [];
        var until = Stopwatch.GetTimestamp() + (minutes * 60 * Stopwatch.Frequency);
        var threads = Enumerable.Range(0, spaces).Select(space => new Thread(() => RunSpace(space, spaces, rounds, until, results!))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
    }

    /// <summary>The program and the router are new after a round that failed: what is wrong must not be counted twice.</summary>
    private void RunSpace(int space, int spaces, int rounds, long until, string results)
    {
        // Half of the rounds have graceful restart: by pairs of ends, so that each end has both.
        var mine = Enumerable.Range(0, rounds).Where(round => round % spaces == space && !_done.Contains(round)).OrderBy(static round => round / _ends.Length % 2).ToList();
        var broken = 0;
        for (var next = 0; next < mine.Count && Stopwatch.GetTimestamp() < until;)
        {
            var isGraceful = mine[next] / _ends.Length % 2 == 1;
            try
            {
                using var served = ServedRouter.Start(
                    string.Create(CultureInfo.InvariantCulture, $"  lease: {_lease.TotalSeconds}s\n"),
                    string.Create(CultureInfo.InvariantCulture, $", holdTime: {HoldSeconds}s{(isGraceful ? $", gracefulRestart: {RestartSeconds}s" : "")}"),
                    telemetryStep: TelemetryStepMilliseconds);
                served.AwaitSession();
                TelemetryChild.Attack(served.Space, 5);
                for (var isSound = true; isSound && next < mine.Count && mine[next] / _ends.Length % 2 == 1 == isGraceful && Stopwatch.GetTimestamp() < until; next++)
                    isSound = Write(results, mine[next], isGraceful, Round(served, mine[next], isGraceful));
            }
            catch (Exception error)
            {
                // The surroundings, as too busy a machine: this round is none, and is begun again in new ones.
                System.Console.WriteLine($"broken: round {mine[next]}: {error.Message.ReplaceLineEndings(" ")}");
                if (++broken > MostBroken)
                    return;
            }
        }
    }

    /// <returns>"ok" with times, else "orphan", "loss" or "double" and what was seen.</returns>
    private static string Round(ServedRouter served, int round, bool isGraceful)
    {
        var end = _ends[round % _ends.Length];
        var target = string.Create(CultureInfo.InvariantCulture, $"dst 10.{round % TelemetryChild.Hosts}.0.7/32;");
        bool Holds() => served.Rules().Contains(target, StringComparison.Ordinal);
        var id = Approve(served, string.Create(CultureInfo.InvariantCulture, $"destination 10.{round % TelemetryChild.Hosts}.0.7/32 protocol 17 source-port 123 then discard"), $"s{round % TelemetryChild.Hosts}");
        if (Until(Holds, _back) is null)
            return $"loss: {end}: approved, and never in BIRD";
        var stays = end == "upgrade" && isGraceful;
        using var watch = new PresenceWatch(() => !stays || Holds());
        Begin(served, end);
        // While the program is away for an upgrade the rule is watched; every other end has to take it away.
        var gone = stays ? TimeSpan.Zero : Until(() => !Holds(), _lease + TimeSpan.FromSeconds(5));
        if (gone is null || gone > Bound(end, isGraceful))
            return string.Create(CultureInfo.InvariantCulture, $"orphan: {end}: {(gone is { } late ? $"gone after {late.TotalSeconds:0.0} s" : "not gone")}");
        Return(served, end);
        if (Until(Holds, _back) is not { } back)
            return $"loss: {end}: not back";
        served.AwaitSession();
        Thread.Sleep(TimeSpan.FromSeconds(1));
        watch.Dispose();
        if (watch.Missing > 0)
            return string.Create(CultureInfo.InvariantCulture, $"loss: {end}: absent for {watch.Gone.TotalSeconds:0.00} s");
        var (rules, rows) = (served.Rules().Split(target).Length - 1, ActiveRows(served));
        if (rules != 1 || rows != 1)
            return string.Create(CultureInfo.InvariantCulture, $"double: {end}: {rules} rules in BIRD, {rows} rows");
        var said = Post(served, $"api/v1/mitigations/{id}/withdraw", new JsonObject { ["why"] = "round" });
        if (Until(() => !Holds(), TimeSpan.FromSeconds(10)) is null)
            return $"orphan: {end}: withdrawn, and still in BIRD: {said.ToJsonString()}";
        return string.Create(CultureInfo.InvariantCulture, $"ok {end} gone {gone.Value.TotalSeconds:0.00} back {back.TotalSeconds:0.00}");
    }

    private static string Approve(ServedRouter served, string rule, string service)
    {
        var id = (string)Post(served, "api/v1/mitigations", new JsonObject { ["rule"] = rule, ["service"] = service })["id"]!;
        Post(served, $"api/v1/mitigations/{id}/approve", new JsonObject { ["why"] = "round" });
        return id;
    }

    private static int ActiveRows(ServedRouter served)
    {
        using var client = served.Client();
        return client.Get("api/v1/mitigations?limit=1000&state=active")["mitigations"]!.AsArray().Count;
    }

    private static JsonObject Post(ServedRouter served, string path, JsonObject body)
    {
        using var client = served.Client();
        return client.Post(path, body);
    }

    private static void Begin(ServedRouter served, string end)
    {
        switch (end)
        {
            case "cable":
                served.Space.SetCable(isUp: false);
                break;
            case "router":
                served.Bird("down");
                break;
            default:
                served.Signal(end switch { "kill" => "KILL", "stop" => "STOP", "term" => "TERM", _ => "USR2" });
                break;
        }

        if (end == "upgrade")
            served.Program.WaitForExit();
    }

    /// <exception cref="InvalidOperationException">The machine is too busy for a round: the program needs as long to start as the filter may be absent.</exception>
    private static void Return(ServedRouter served, string end)
    {
        var began = Stopwatch.GetTimestamp();
        switch (end)
        {
            case "cable":
                served.Space.SetCable(isUp: true);
                break;
            case "router":
                served.StartBird();
                break;
            case "stop":
                served.Signal("CONT");
                break;
            default:
                served.Program.WaitForExit();
                served.StartProgram();
                break;
        }

        if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(RestartSeconds / 2))
            throw new InvalidOperationException($"{end}: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s to return");
    }

    /// <summary>How long the rule may stand at most when nobody returns: what the page of worst cases promises, and two seconds for a busy machine.</summary>
    private static TimeSpan Bound(string end, bool isGraceful) => TimeSpan.FromSeconds(2 + end switch
    {
        "kill" or "upgrade" => isGraceful ? RestartSeconds : 1,
        "stop" or "cable" => HoldSeconds,
        _ => 1,
    });

    private static TimeSpan? Until(Func<bool> isTrue, TimeSpan patience)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < patience; Thread.Sleep(TimeSpan.FromMilliseconds(10)))
        {
            if (isTrue())
                return watch.Elapsed;
        }

        return null;
    }

    private bool Write(string results, int round, bool isGraceful, string outcome)
    {
        lock (_lock)
            File.AppendAllText(results, string.Create(CultureInfo.InvariantCulture, $"{round} {(isGraceful ? "graceful" : "plain")} {outcome}\n"));
        return outcome.StartsWith("ok", StringComparison.Ordinal);
    }

    private static int Number(string variable) => int.Parse(Environment.GetEnvironmentVariable(variable)!, CultureInfo.InvariantCulture);
}
