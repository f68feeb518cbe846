using System.IO.Compression;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>One input of a command, opened: decompressed where it was gzip, its kind found from its first bytes.</summary>
internal sealed class InputFile : IDisposable
{
    // Enough compressed bytes for the first decompressed ones, a long file name in the gzip header included.
    private const int PeekLength = 4096;
    private const int HeadLength = 16;

    private readonly CountingStream _counted;

    private InputFile(string path, CountingStream counted, Stream content, InputKind kind)
    {
        Path = path;
        _counted = counted;
        Content = content;
        Kind = kind;
    }

    /// <summary>As given on the command line; <c>-</c> is standard input.</summary>
    public string Path { get; }

    /// <summary>The content from its first byte: decompressed, but for captures, whose reader does so.</summary>
    public Stream Content { get; }

    /// <summary>What it holds.</summary>
    public InputKind Kind { get; }

    /// <summary>Bytes read from the file so far, before decompression.</summary>
    public long BytesRead => _counted.BytesRead;

    /// <summary>Length of the file; null for pipes.</summary>
    public long? LengthBytes { get; private init; }

    /// <summary>True for a file that can be opened and read more than once: not for pipes, which are empty the second time.</summary>
    public static bool IsRereadable(string path)
    {
        if (path == "-")
            return false;
        try
        {
            // The length of a link is its own, so it is followed; a pipe behind /dev/fd has no file, a named one no length.
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true, Length: > 0 };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // opening it says why
        }
    }

    /// <summary>Opens a file or standard input.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static InputFile Open(string path, InputKind forced)
    {
        var raw = path == "-"
            ? System.Console.OpenStandardInput()
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var counted = new CountingStream(raw);
        var content = new PeekStream(counted, PeekLength);
        var isGzip = content.Peek() is [0x1F, 0x8B, ..];
        var head = isGzip ? Decompress(content.Peek()) : content.Peek();
        var kind = KindOf(head);
        // A forced kind of telemetry may stand in a capture: then it says how its UDP datagrams are read.
        if (forced != InputKind.Unknown && kind != InputKind.Packets)
            kind = forced;
        // The capture reader decompresses by itself, and locates damage of the compression too.
        var isUnpacked = isGzip && kind != InputKind.Packets;
        return new InputFile(path, counted, isUnpacked ? new GunzipStream(content) : content, kind)
        {
            LengthBytes = raw.CanSeek ? raw.Length : null,
        };
    }

    public void Dispose() => Content.Dispose();

    private static InputKind KindOf(ReadOnlySpan<byte> head) =>
        PcapReader.Recognizes(head) ? InputKind.Packets : TelemetryRecognition.ByVersion(head);

    private static byte[] Decompress(ReadOnlySpan<byte> start)
    {
        var head = new byte[HeadLength];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(start.ToArray()), CompressionMode.Decompress);
            return head[..gzip.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }
}
