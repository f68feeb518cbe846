using System.Globalization;
using System.Text;
using Breakwater.Incidents;

namespace Breakwater.Commands;

/// <summary>
/// Lines to standard error from a process that must go on without it: a full disk behind it, a terminal that was closed or halted (Ctrl-S)
/// costs lines, and nobody waits. One thread writes.
/// </summary>
internal sealed class TerminalLines : IDisposable
{
    /// <summary>Most lines that wait.</summary>
    public const int QueueCapacity = 1_024;

    /// <summary>How long the end waits for lines to be written.</summary>
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(2);

    private readonly WorkQueue<string> _queue = new(QueueCapacity);
    private readonly Stream _output;
    private readonly Thread _writer;
    private long _dropped;
    private bool _isClosed;

    // The writer's own: lines dropped of which a line has told.
    private long _told;

    /// <param name="output">Disposed at the end, unless it still blocks.</param>
    public TerminalLines(Stream output)
    {
        _output = output;
        // In the background: a terminal that is halted does not keep the process.
        _writer = new Thread(Write) { Name = "lines", IsBackground = true };
        _writer.Start();
    }

    /// <summary>Lines that nobody can have read.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Hands a line over, or drops and counts it. Never waits, never throws.</summary>
    public void WriteLine(string line)
    {
        if (!_queue.TryAdd(line))
            Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
            return;
        _queue.CompleteAdding();
        if (_writer.Join(_lastWords))
            _output.Dispose();
    }

    private void Write()
    {
        foreach (var line in _queue.TakeAll())
        {
            var dropped = Dropped;
            if (dropped > _told && TryWrite(string.Create(CultureInfo.InvariantCulture, $"breakwater: {dropped - _told:N0} lines are left out here")))
                _told = dropped;
            if (!TryWrite(line))
                Interlocked.Increment(ref _dropped);
        }
    }

    private bool TryWrite(string line)
    {
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _output.Flush();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            return false;
        }
    }
}
