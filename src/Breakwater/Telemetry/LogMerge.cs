using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry;

/// <summary>Several access logs as one, by time: each is read as far as its next request. Requests without a time come at once.</summary>
internal sealed class LogMerge : IDisposable
{
    /// <summary>Most logs that are read side by side.</summary>
    public const int MaxLogs = 64;

    private readonly List<Source> _sources = [];

    /// <summary>Takes a log in; it stays open until all are read.</summary>
    /// <param name="log">The log.</param>
    /// <param name="input">What is told of it.</param>
    /// <param name="file">Its file, which is disposed here.</param>
    /// <returns>False when there are too many.</returns>
    public bool TryAdd(LogInput log, InputSummary input, InputFile file)
    {
        if (_sources.Count == MaxLogs)
            return false;
        _sources.Add(new Source(log, input, file));
        return true;
    }

    /// <summary>Hands the requests of all on.</summary>
    public void Read<TConsumer>(DecodeSummary summary, TConsumer consumer)
        where TConsumer : IInputConsumer
    {
        foreach (var source in _sources)
            source.Advance(summary);
        while (!consumer.IsDone && Earliest() is { } next)
        {
            next.HandOn(consumer);
            next.Advance(summary);
        }
    }

    public void Dispose()
    {
        foreach (var source in _sources)
            source.Dispose();
    }

    private Source? Earliest()
    {
        Source? best = null;
        foreach (var source in _sources)
        {
            if (!source.IsEnded && (best is null || source.TimeNanoseconds < best.TimeNanoseconds))
                best = source;
        }

        return best;
    }

    /// <summary>One log and its next request.</summary>
    private sealed class Source(LogInput log, InputSummary input, InputFile file) : IDisposable
    {
        private LogRequest _request;
        private byte[] _line = new byte[1024];
        private int _length;

        public bool IsEnded { get; private set; }

        public long TimeNanoseconds { get; private set; } = long.MinValue;

        public void Advance(DecodeSummary summary)
        {
            try
            {
                IsEnded = !log.TryRead(input, summary, out var line, ref _request);
                if (line.Length > _line.Length)
                    _line = new byte[line.Length];
                line.CopyTo(_line);
                _length = line.Length;
            }
            catch (Exception error) when (error is IOException or InvalidDataException)
            {
                InputFailure.Note(input, error);
                IsEnded = true;
            }

            if (_request.Knows(LogFields.Time))
                TimeNanoseconds = _request.TimeNanoseconds;
            input.Bytes = file.BytesRead;
        }

        public void HandOn<TConsumer>(TConsumer consumer)
            where TConsumer : IInputConsumer => consumer.OnRequest(input, log.Format, _line.AsSpan(0, _length), _request);

        public void Dispose() => file.Dispose();
    }
}
