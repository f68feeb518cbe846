namespace Breakwater.Telemetry.Live;

/// <summary>What is read live: lines of one log, whatever file they are in at present, or of one syslog input.</summary>
/// <param name="Number">From 0 on, in the order of their appearance.</param>
/// <param name="Source">The input that it belongs to.</param>
/// <param name="Name">Path, or address.</param>
internal sealed record LogStream(int Number, LogSource Source, string Name)
{
    /// <summary>Time of its newest line, nanoseconds since 1970-01-01 UTC; lowest: none yet. Who takes the lines sets it: of logs that lag, the oldest is read first.</summary>
    public long NewestNanoseconds { get; set; } = long.MinValue;

    /// <summary>What who takes the lines knows of the stream.</summary>
    public object? Reader { get; set; }

    /// <summary>Lines that were longer than <see cref="LiveLogLimits.LineBytes"/>, and passed over.</summary>
    public long LongLines { get; set; }
}

/// <summary>Takes whole lines of a stream, each with its line feed. The bytes are valid until it returns.</summary>
internal delegate void LinesTaker(LogStream stream, ReadOnlySpan<byte> lines);

/// <summary>Bounds of reading logs live.</summary>
internal static class LiveLogLimits
{
    /// <summary>Longest line; a longer one is counted and passed over.</summary>
    public const int LineBytes = 65_536;

    /// <summary>Bytes that are read at once.</summary>
    public const int ChunkBytes = 262_144;

    /// <summary>Files that one pattern follows.</summary>
    public const int FilesOfAPattern = 64;

    /// <summary>Rotated files of one log that are still read to their end.</summary>
    public const int RotatedFiles = 16;

    /// <summary>Files beside a log that are looked at for one that it was rotated to.</summary>
    public const int Siblings = 1_024;

    /// <summary>TCP connections of one syslog input, and stream connections of a Unix socket.</summary>
    public const int Connections = 64;

    /// <summary>Datagrams that are taken from one socket before the others have their turn.</summary>
    public const int DatagramsAtOnce = 4_096;
}
