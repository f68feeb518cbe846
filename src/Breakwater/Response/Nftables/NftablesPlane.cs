using System.Collections.Immutable;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Nftables;

/// <summary>How the agent of this machine does.</summary>
/// <param name="IsConnected">It answers.</param>
/// <param name="Fault">What went wrong last, as a sentence without its full stop; null: nothing.</param>
/// <param name="Interfaces">Where it filters; empty before it first answered.</param>
internal sealed record AgentHealth(bool IsConnected, string? Fault, ImmutableArray<string> Interfaces);

/// <summary>What the agent holds for Breakwater, and what its filters met.</summary>
/// <param name="Wanted">Filters that it is to have.</param>
/// <param name="Held">Of these, those that it has.</param>
/// <param name="Refused">How often it refused one, or was not asked since it would have.</param>
/// <param name="Met">Packets and bytes that met a filter, of all filters since the start; those too that a Breakwater before this one set.</param>
internal readonly record struct AgentLoad(int Wanted, int Held, long Refused, FilterCounters Met);

/// <summary>
/// Filters on this machine, through the agent's socket. Nobody waits for the agent: what is wanted stands in a table, and one task brings it there, all changes at a time in one
/// transaction. Taken means: wanted; <see cref="AnnouncedTo"/> says whether the agent has it. What the agent refused is told at the next renewal.
/// </summary>
internal sealed class NftablesPlane : IFilterPlane, IAsyncDisposable
{
    /// <summary>Most filters that are wanted, and as many that are to go.</summary>
    public const int MaximumWanted = AgentGuard.MaxRules;

    /// <summary>Longest answer that is read: a thousand rules with their counters.</summary>
    public const int MaximumAnswerBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan _answerTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _reading = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Wanted> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FilterRule> _unwanted = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private AgentHealth _health = new(false, "the agent has not answered yet", []);
    private AgentGuard? _guard;
    private FilterCounters _met;
    private long _refused;

    /// <param name="path">The agent's socket.</param>
    /// <param name="time">For leases and pauses.</param>
    public NftablesPlane(string path, TimeProvider time)
    {
        (_path, _time) = (path, time);
        _running = Task.Run(Run, CancellationToken.None);
    }

    public AgentHealth Health
    {
        get
        {
            lock (_lock)
                return _health;
        }
    }

    public AgentLoad Load
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetTimestamp();
                return new AgentLoad(_wanted.Count, _wanted.Values.Count(wanted => wanted.AgentHasUntil > now), _refused, _met);
            }
        }
    }

    /// <summary>Why this agent would not drop what a rule means if it were told now; null: it would.</summary>
    public string? Unfit(FilterRule rule, TimeSpan lease)
    {
        lock (_lock)
            return _health.IsConnected ? _guard?.Fault(rule, lease, _wanted.Count) : _health.Fault ?? "the agent does not answer";
    }

    public string? Set(FilterRule rule, TimeSpan lease)
    {
        lock (_lock)
        {
            var key = RuleText.Of(rule.Match);
            _wanted.TryGetValue(key, out var before);
            if (before?.Fault is { } told && before.Rule == rule)
            {
                _wanted.Remove(key);
                return told;
            }

            if (before is null && _wanted.Count >= MaximumWanted)
                return FormattableString.Invariant($"{MaximumWanted} filters are wanted already");
            if (_guard?.Fault(rule, lease, _wanted.Count - (before is null ? 0 : 1)) is { } fault)
            {
                _refused++;
                return fault;
            }

            _unwanted.Remove(key);
            _wanted[key] = (before?.Rule == rule ? before : new Wanted(rule, 0, default)) with { At = _time.GetTimestamp(), Lease = lease, IsSent = false };
        }

        Wake();
        return null;
    }

    public int AnnouncedTo(FilterRule rule)
    {
        lock (_lock)
            return _wanted.TryGetValue(RuleText.Of(rule.Match), out var wanted) && wanted.Rule == rule && wanted.AgentHasUntil > _time.GetTimestamp() ? 1 : 0;
    }

    public void Clear(FilterRule rule)
    {
        lock (_lock)
        {
            var key = RuleText.Of(rule.Match);
            _wanted.Remove(key);
            // Beyond the bound it lapses by itself.
            if (_unwanted.Count < MaximumWanted)
                _unwanted[key] = rule;
        }

        Wake();
    }

    /// <summary>What a filter met, as the agent said within the last seconds, and when; null: not known.</summary>
    public (FilterCounters Counters, long At)? Counters(FilterRule rule)
    {
        lock (_lock)
            return _wanted.TryGetValue(RuleText.Of(rule.Match), out var wanted) && wanted.Rule == rule ? wanted.Counters : null;
    }

    /// <summary>Ends the connection. What the agent holds lapses within its lease; what is to go at once is cleared before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _work.Dispose();
    }

    private void Wake()
    {
        if (_work.CurrentCount == 0)
            _work.Release();
    }

    private async Task Run()
    {
        var pause = _shortestPause;
        while (!_stop.IsCancellationRequested)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var lines = await Connect(socket);
            if (lines is not null && await Greet(lines))
            {
                pause = _shortestPause;
                await Speak(lines);
            }

            if (_stop.IsCancellationRequested)
                break;
            Forget();
            await Task.Delay(pause, _time, _stop.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    private async Task<JsonLines?> Connect(Socket socket)
    {
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), _stop.Token);
            return new JsonLines(socket, MaximumAnswerBytes, _time);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            Say(false, $"no agent answers on {_path} ({error.Message})");
            return null;
        }
    }

    private async Task<bool> Greet(JsonLines lines)
    {
        if (await lines.Read(AgentJson.Default.AgentGreeting, _answerTime, _stop.Token) is not { Agent: AgentGreeting.Name, Version: AgentGreeting.SupportedVersion } greeting)
        {
            Say(false, $"what answers on {_path} is no agent that this version knows, or does not serve this user");
            return false;
        }

        var prefixes = (greeting.Prefixes ?? []).Select(static text => Prefix.TryParse(text, out var prefix) ? prefix : (Prefix?)null).OfType<Prefix>();
        lock (_lock)
        {
            _guard = new AgentGuard([.. prefixes], greeting.MaxRules);
            _health = new AgentHealth(true, null, [.. greeting.Interfaces ?? []]);
        }

        return true;
    }

    /// <summary>Brings changes over as they come, and reads the counters once a second.</summary>
    private async Task Speak(JsonLines lines)
    {
        var read = _time.GetTimestamp();
        while (await BringOver(lines))
        {
            if (_stop.IsCancellationRequested)
                return;
            if (_time.GetElapsedTime(read) >= _reading)
            {
                if (!await ReadCounters(lines))
                    return;
                read = _time.GetTimestamp();
            }

            await WaitForWork(_reading - _time.GetElapsedTime(read));
        }
    }

    private async Task WaitForWork(TimeSpan longest)
    {
        using var late = new CancellationTokenSource(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        try
        {
            await _work.WaitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            // Time for the counters, or for the end.
        }
    }

    private async Task<bool> BringOver(JsonLines lines)
    {
        List<(string Key, FilterRule Rule)> unwanted;
        List<(string Key, Wanted Wanted)> wanted;
        lock (_lock)
        {
            // What nobody renewed has lapsed in the kernel as well.
            foreach (var (key, _) in _wanted.Where(entry => _time.GetElapsedTime(entry.Value.At) >= entry.Value.Lease).ToList())
                _wanted.Remove(key);
            unwanted = [.. _unwanted.Select(static entry => (entry.Key, entry.Value))];
            wanted = [.. _wanted.Where(static entry => entry.Value is { IsSent: false, Fault: null }).Select(static entry => (entry.Key, entry.Value))];
        }

        foreach (var chunk in unwanted.Chunk(AgentRequest.MaximumRules))
        {
            var request = new AgentRequest { Operation = AgentRequest.ClearOperation, Rules = [.. chunk.Select(static entry => new AgentRule(RuleText.Of(entry.Rule)))] };
            if (await Ask(lines, request) is not { Fault: null })
                return false;
            lock (_lock)
            {
                foreach (var (key, rule) in chunk.Where(entry => _unwanted.GetValueOrDefault(entry.Key) == entry.Rule))
                    _unwanted.Remove(key);
            }
        }

        foreach (var chunk in wanted.Chunk(AgentRequest.MaximumRules))
        {
            if (!await BringOver(lines, chunk))
                return false;
        }

        return true;
    }

    private async Task<bool> BringOver(JsonLines lines, (string Key, Wanted Wanted)[] chunk)
    {
        // The lease counts from the wish on: what waited for the agent has less of it left.
        var rules = chunk.Select(entry => new AgentRule(RuleText.Of(entry.Wanted.Rule), (long)(entry.Wanted.Lease - _time.GetElapsedTime(entry.Wanted.At)).TotalMilliseconds));
        var request = new AgentRequest { Operation = AgentRequest.SetOperation, Rules = [.. rules] };
        if (await Ask(lines, request) is not { Fault: null } answer)
            return false;
        var refused = (answer.Refused ?? []).OfType<RefusedRule>().DistinctBy(static one => one.Rule, StringComparer.Ordinal).ToDictionary(static one => one.Rule ?? "", static one => one.Fault ?? "it was refused", StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var (key, wanted) in chunk)
            {
                // Renewed or taken back meanwhile: what was sent says nothing about it.
                if (_wanted.GetValueOrDefault(key) != wanted)
                    continue;
                if (refused.ContainsKey(RuleText.Of(wanted.Rule)))
                    _refused++;
                var until = wanted.At + (long)(wanted.Lease.TotalSeconds * _time.TimestampFrequency);
                _wanted[key] = refused.TryGetValue(RuleText.Of(wanted.Rule), out var fault) ? wanted with { Fault = fault } : wanted with { IsSent = true, AgentHasUntil = until };
            }
        }

        return true;
    }

    private async Task<bool> ReadCounters(JsonLines lines)
    {
        if (await Ask(lines, new AgentRequest { Operation = AgentRequest.CountersOperation }) is not { Fault: null } answer)
            return false;
        var counted = (answer.Counters ?? []).OfType<CountedRule>().DistinctBy(static one => one.Rule, StringComparer.Ordinal).ToDictionary(static one => one.Rule ?? "", StringComparer.Ordinal);
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            foreach (var (key, wanted) in _wanted.ToList())
            {
                if (counted.TryGetValue(RuleText.Of(wanted.Rule), out var one))
                {
                    var counters = new FilterCounters(one.MatchedPackets, one.MatchedBytes, one.DroppedPackets, one.DroppedBytes);
                    _met = _met.Plus(counters.Since(wanted.Counted));
                    _wanted[key] = wanted with { Counters = (counters, now), Counted = counters };
                }
                else if (wanted.IsSent)
                    // The agent lost it: it is brought over again.
                    _wanted[key] = wanted with { IsSent = false, AgentHasUntil = null, Counters = null };
            }
        }

        return true;
    }

    private async Task<AgentAnswer?> Ask(JsonLines lines, AgentRequest request)
    {
        // Not cut off by the end of Breakwater: what is asked takes milliseconds, and a clear is to arrive.
        var answer = await lines.Write(request, AgentJson.Default.AgentRequest, _answerTime, CancellationToken.None)
            ? await lines.Read(AgentJson.Default.AgentAnswer, _answerTime, CancellationToken.None)
            : null;
        Say(answer is not null, answer is null ? "the agent does not answer any more" : answer.Fault);
        return answer;
    }

    private void Say(bool isConnected, string? fault)
    {
        lock (_lock)
            _health = _health with { IsConnected = isConnected, Fault = fault };
    }

    /// <summary>The agent that comes next may be another process with an empty table: all that is wanted, and its lease not over, is brought there.</summary>
    private void Forget()
    {
        lock (_lock)
        {
            foreach (var (key, wanted) in _wanted.ToList())
                _wanted[key] = wanted with { IsSent = false, AgentHasUntil = null, Counters = null };
        }
    }

    /// <param name="Rule">What.</param>
    /// <param name="At">When it was wanted or renewed last, as a timestamp.</param>
    /// <param name="Lease">From then on.</param>
    private sealed record Wanted(FilterRule Rule, long At, TimeSpan Lease)
    {
        public bool IsSent { get; init; }

        /// <summary>Why the agent refused it.</summary>
        public string? Fault { get; init; }

        /// <summary>Until when the agent holds it at least; null: it does not.</summary>
        public long? AgentHasUntil { get; init; }

        public (FilterCounters Counters, long At)? Counters { get; init; }

        /// <summary>The last reading, also while the agent is away.</summary>
        public FilterCounters Counted { get; init; }
    }
}
