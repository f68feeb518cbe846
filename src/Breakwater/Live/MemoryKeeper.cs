namespace Breakwater.Live;

/// <summary>
/// Keeps what an engine knows on disk: whatever is older than a second survives kill -9. A thread of its own: neither receivers nor the tick
/// wait for the disk. A disk that fails is told, and tried again.
/// </summary>
internal sealed class MemoryKeeper(LiveEngine engine, string folder, Action<string?, TimeSpan?> told) : IDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(500), _startFaultStands = TimeSpan.FromMinutes(10);

    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private Thread? _writer;
    private byte[] _kept = [];

    /// <summary>Gives the engine what an earlier run kept, before it starts, and keeps from now on.</summary>
    public void Start()
    {
        try
        {
            if (MemoryFile.Read(folder) is { } memory)
                engine.Restore(memory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            told($"templates and what is usual have to be learned anew: {error.Message}", _startFaultStands);
            MemoryFile.PutAside(folder);
        }

        _writer = new Thread(Run) { IsBackground = true, Name = "memory", Priority = ThreadPriority.BelowNormal };
        _writer.Start();
    }

    /// <summary>Keeps what is known last. After the engine's end.</summary>
    public void Dispose()
    {
        _stop.Set();
        _writer?.Join();
        if (_writer is not null)
            Keep();
        _stop.Dispose();
    }

    private void Run()
    {
        var hasFailed = false;
        while (!_stop.Wait(_step))
        {
            if (Keep() is { } fault)
            {
                if (!hasFailed)
                    told(fault, null);
                hasFailed = true;
            }
            else if (hasFailed)
            {
                told(null, null);
                hasFailed = false;
            }
        }
    }

    private string? Keep()
    {
        var encoded = MemoryFile.Encode(engine.Memory);
        if (encoded.AsSpan().SequenceEqual(_kept))
            return null;
        try
        {
            MemoryFile.Write(folder, encoded);
            _kept = encoded;
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"templates and what is usual cannot be kept: {error.Message}";
        }
    }
}
