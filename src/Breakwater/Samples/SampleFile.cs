using System.IO.Compression;

namespace Breakwater.Samples;

/// <summary>
/// The output file. It is written beside its final name and takes that name only when it is whole, so a stopped run leaves nothing
/// that looks like a sample. Content is counted before compression.
/// </summary>
internal sealed class SampleFile : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly string _partialPath;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private bool _finished;

    /// <exception cref="IOException">The file exists (and may not be replaced), or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The place is not writable.</exception>
    public SampleFile(string path, bool overwrite, long limitBytes)
    {
        (_path, _partialPath, _overwrite) = (path, path + ".partial", overwrite);
        if (!overwrite && File.Exists(path))
            throw new IOException($"'{path}' exists; --force replaces it");
        _file = new FileStream(_partialPath, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        Stream target = IsGzip(path) ? new GZipStream(_file, CompressionLevel.SmallestSize) : _file;
        Content = new BoundedStream(new BufferedStream(target, BufferBytes), limitBytes);
    }

    /// <summary>Takes the content; it throws <see cref="OutputLimitException"/> at the limit.</summary>
    public BoundedStream Content { get; }

    /// <summary>True when the name asks for compression.</summary>
    public static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name's extension without <c>.gz</c>, lower case: <c>.pcap</c>, <c>.pcapng</c>, <c>.ipfix</c>.</summary>
    public static string Extension(string path) =>
        Path.GetExtension(IsGzip(path) ? path[..^3] : path).ToLowerInvariant();

    /// <summary>Closes the file and gives it its name.</summary>
    public void Commit()
    {
        Content.Dispose();
        _file.Dispose();
        File.Move(_partialPath, _path, _overwrite);
        _finished = true;
    }

    /// <summary>Removes the unfinished file.</summary>
    public void Dispose()
    {
        if (_finished)
            return;
        _file.Dispose();
        File.Delete(_partialPath);
    }
}

/// <summary>Counts what is written and stops at a limit.</summary>
internal sealed class BoundedStream(Stream target, long limitBytes) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > limitBytes - _written)
            throw new OutputLimitException(limitBytes);
        target.Write(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            target.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A sample would have grown beyond its limit; nothing is left of it.</summary>
internal sealed class OutputLimitException(long limitBytes)
    : Exception($"stopped: a sample holds at most {limitBytes} bytes");
