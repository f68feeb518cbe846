using System.Runtime.InteropServices;

namespace Breakwater.Commands;

/// <summary>What the operating system asks of a running <c>serve</c>: to stop (SIGINT, SIGTERM), to make room for another version (SIGUSR2), to reload (SIGHUP). What has nothing to reload stops.</summary>
internal sealed class ServeSignals : IDisposable
{
    // Not disposed: a signal's handler may still run while the process ends.
    private readonly ManualResetEventSlim _wake = new(initialState: false, spinCount: 0);
    /// <summary>SIGUSR2, which the runtime has no name for: the number is the one of Linux.</summary>
    private const PosixSignal MakeRoom = (PosixSignal)12;

    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _isStopped;
    private volatile bool _isUpgrade;
    private int _reload;

    /// <param name="reloads">False: SIGHUP (the terminal is gone) and SIGQUIT stop as well.</param>
    public ServeSignals(bool reloads = true)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, reloads ? Reload : Stop),
            .. reloads && OperatingSystem.IsLinux() ? [PosixSignalRegistration.Create(MakeRoom, Upgrade)] : Array.Empty<PosixSignalRegistration>(),
            .. reloads ? Array.Empty<PosixSignalRegistration>() : [PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop)],
        ];
    }

    /// <summary>The process is to end.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>It ends for an upgrade: routers with graceful restart keep the filters until the next start.</summary>
    public bool IsUpgrade => _isUpgrade;

    /// <summary>True once for any number of requests.</summary>
    public bool TakeReload() => Interlocked.Exchange(ref _reload, 0) != 0;

    /// <summary>Waits for a signal, or so long.</summary>
    public void Wait(TimeSpan longest)
    {
        if (_wake.Wait(longest))
            _wake.Reset();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    // Whoever asks for an end after all gets it: a stop takes the filters back.
    private void Stop(PosixSignalContext context)
    {
        _isUpgrade = false;
        End(context);
    }

    private void Upgrade(PosixSignalContext context)
    {
        _isUpgrade = !_isStopped;
        End(context);
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        _isStopped = true;
        _wake.Set();
    }

    private void Reload(PosixSignalContext context)
    {
        context.Cancel = true;
        Interlocked.Exchange(ref _reload, 1);
        _wake.Set();
    }
}
