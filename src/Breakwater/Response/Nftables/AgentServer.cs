using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Nftables;

/// <summary>
/// The agent's Unix socket. Who calls is known by the kernel's word (SO_PEERCRED); strangers get nothing. A line is a request, the next line its answer.
/// Whoever calls, <see cref="AgentGuard"/> decides what is set.
/// </summary>
internal sealed class AgentServer(HostFilters filters, IReadOnlySet<uint> callers, TimeProvider time, Action<string> tell)
{
    /// <summary>Most connections at a time; a further one is closed.</summary>
    public const int MaximumConnections = 4;

    /// <summary>Longest line that is read: 200 rules of 1,024 characters, and some.</summary>
    public const int MaximumRequestBytes = 256 * 1024;

    private const int SolSocket = 1; // SOL_SOCKET
    private const int SoPeerCred = 17; // SO_PEERCRED: struct ucred { pid, uid, gid }
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>A caller who says nothing for so long, or takes so long for a line, is gone.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _answerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _acceptPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _tick = TimeSpan.FromSeconds(0.5);

    private int _connections;

    /// <summary>Serves until it is stopped.</summary>
    /// <param name="listener">As <see cref="Listen"/> makes it.</param>
    /// <param name="stop">Ends it.</param>
    public async Task Run(Socket listener, CancellationToken stop)
    {
        var ticking = Task.Run(() => Tick(stop), CancellationToken.None);
        var serving = ImmutableList<Task>.Empty;
        try
        {
            while (true)
            {
                if (await Accept(listener, stop) is not { } socket)
                    continue;
                serving = serving.RemoveAll(static task => task.IsCompleted);
                if (!IsCaller(socket) || Volatile.Read(ref _connections) >= MaximumConnections)
                    socket.Dispose();
                else
                    serving = serving.Add(Serve(socket, stop));
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }

        await Task.WhenAll(serving.Add(ticking));
    }

    /// <summary>The next caller; null: none could be taken (too many open files, a caller that went away again), which passes.</summary>
    private async Task<Socket?> Accept(Socket listener, CancellationToken stop)
    {
        try
        {
            return await listener.AcceptAsync(stop);
        }
        catch (SocketException error)
        {
            tell($"a caller could not be taken: {error.Message}");
            await Task.Delay(_acceptPause, time, stop);
            return null;
        }
    }

    /// <summary>The socket at its path; a stale one is replaced.</summary>
    /// <exception cref="SocketException">It cannot be made, or another agent answers there.</exception>
    public static Socket Listen(string path)
    {
        if (File.Exists(path))
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                File.Delete(path);
            }
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, SocketMode);
            listener.Listen(MaximumConnections);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private bool IsCaller(Socket socket)
    {
        Span<uint> credentials = [0, uint.MaxValue, 0];
        try
        {
            socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        }
        catch (SocketException)
        {
            return false;
        }

        if (callers.Contains(credentials[1]))
            return true;
        tell(FormattableString.Invariant($"the user {credentials[1]} asked, and is not served"));
        return false;
    }

    private async Task Serve(Socket socket, CancellationToken stop)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            using var lines = new JsonLines(socket, MaximumRequestBytes, time);
            var greeting = new AgentGreeting(
                AgentGreeting.Name, AgentGreeting.SupportedVersion, [.. filters.Interfaces], [.. filters.Guard.Allowed.Select(static prefix => prefix.ToString())], filters.Guard.MostRules);
            if (!await lines.Write(greeting, AgentJson.Default.AgentGreeting, _answerTime, stop))
                return;
            while (await lines.Read(AgentJson.Default.AgentRequest, _patience, stop) is { } request)
            {
                if (!await lines.Write(await Answer(request), AgentJson.Default.AgentAnswer, _answerTime, stop))
                    return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task<AgentAnswer> Answer(AgentRequest request)
    {
        var rules = request.Rules?.OfType<AgentRule>().ToArray() ?? [];
        if (rules.Length > AgentRequest.MaximumRules)
            return new AgentAnswer { Fault = FormattableString.Invariant($"a line has at most {AgentRequest.MaximumRules} rules") };
        switch (request.Operation)
        {
            case AgentRequest.SetOperation:
                return await Set(rules);
            case AgentRequest.ClearOperation:
                return new AgentAnswer { Fault = await filters.Clear(Readable(rules, []).Select(static entry => entry.Rule)) };
            case AgentRequest.CountersOperation:
                var (states, fault) = await filters.Counters();
                return new AgentAnswer { Fault = fault, Counters = [.. states.Select(Counted)] };
            default:
                return new AgentAnswer { Fault = "an operation is set, clear or counters" };
        }
    }

    private async Task<AgentAnswer> Set(AgentRule[] rules)
    {
        var refused = new List<RefusedRule>();
        var wanted = Readable(rules, refused);
        var faults = await filters.Set(wanted);
        for (var i = 0; i < faults.Length; i++)
        {
            if (faults[i] is { } fault)
                refused.Add(new RefusedRule(RuleText.Of(wanted[i].Rule), fault));
        }

        foreach (var one in refused)
            tell($"refused: {one.Rule}: {one.Fault}");
        return new AgentAnswer { Refused = [.. refused] };
    }

    private static List<(FilterRule Rule, TimeSpan Lease)> Readable(AgentRule[] rules, List<RefusedRule> refused)
    {
        var readable = new List<(FilterRule Rule, TimeSpan Lease)>();
        foreach (var entry in rules)
        {
            if (RuleText.Read(entry.Rule ?? "", out var rule) is { } fault)
                refused.Add(new RefusedRule(entry.Rule, fault));
            else
                readable.Add((rule, TimeSpan.FromMilliseconds(Math.Clamp(entry.LeaseMilliseconds, 0, int.MaxValue))));
        }

        return readable;
    }

    private static CountedRule Counted(HostFilterState state) => new(
        RuleText.Of(state.Rule), (long)state.LeaseLeft.TotalMilliseconds, state.Counters.MatchedPackets, state.Counters.MatchedBytes, state.Counters.DroppedPackets, state.Counters.DroppedBytes);

    private async Task Tick(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_tick, time, stop);
                if (await filters.Tick() is { } fault)
                    tell(fault);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }
}
