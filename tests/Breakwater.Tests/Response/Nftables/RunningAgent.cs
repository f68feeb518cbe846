using System.Net.Sockets;
using Breakwater.Response.Nftables;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>The agent's server within this process.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Task _running;
    private readonly List<string> _told = [];

    public RunningAgent(HostFilters filters, string path, params uint[] callers)
    {
        Path = path;
        _listener = AgentServer.Listen(path);
        _running = new AgentServer(filters, callers.ToHashSet(), TimeProvider.System, line =>
        {
            lock (_told)
                _told.Add(line);
        }).Run(_listener, _stop.Token);
    }

    public string Path { get; }

    public string[] Told
    {
        get
        {
            lock (_told)
                return [.. _told];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }
}
