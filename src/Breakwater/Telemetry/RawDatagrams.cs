using System.Buffers.Binary;
using System.Security.Cryptography;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Telemetry;

/// <summary>Files that hold one export datagram each, as collectors and test suites store them.</summary>
internal static class RawDatagrams
{
    /// <summary>Largest UDP payload, and largest IPFIX message.</summary>
    public const int MaximumBytes = ushort.MaxValue;

    /// <summary>Reads a whole datagram; false when there is more than one can hold.</summary>
    public static bool TryRead(Stream content, out byte[] datagram)
    {
        var buffer = new byte[MaximumBytes + 1];
        var length = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        datagram = buffer[..Math.Min(length, MaximumBytes)];
        return length <= MaximumBytes;
    }

    /// <summary>
    /// Reads all datagram files for their templates and options before any record is decoded, in an order that depends on their
    /// content only: whichever order the command line has, the same templates are known.
    /// </summary>
    public static void LearnTemplates(IReadOnlyList<string> paths, InputOptions options, ExporterDirectory exporters)
    {
        if (paths.Count < 2)
            return;
        var datagrams = new List<(string Exporter, InputKind Kind, byte[] Bytes, byte[] Hash)>();
        foreach (var path in paths)
        {
            if (InputFile.IsRereadable(path) && TryOpen(path, options, out var kind, out var bytes))
                datagrams.Add((options.ExporterOf(path), kind, bytes, SHA256.HashData(bytes)));
        }

        datagrams.Sort(static (left, right) => Compare(left.Exporter, left.Kind, left.Bytes, left.Hash, right));
        foreach (var (name, kind, bytes, _) in datagrams)
        {
            if (exporters.Of(name, kind) is { } exporter)
                Learn(exporter.State, kind, bytes);
        }

        var sink = default(NoRecords);
        foreach (var exporter in exporters.All)
        {
            exporter.State.Flush(ref sink);
            exporter.State.ForgetSequences();
        }
    }

    private static void Learn(ExporterState state, InputKind kind, byte[] datagram)
    {
        var sink = default(NoRecords);
        if (kind == InputKind.NetFlow9)
        {
            NetFlow9Decoder.Decode(datagram, 0, state, ref sink);
            return;
        }

        IpfixDecoder.Decode(datagram, 0, state, ref sink);
    }

    /// <summary>True when more than one IPFIX message begins in <paramref name="start"/>: an RFC 5655 file, a session of its own.</summary>
    public static bool IsMessageFile(ReadOnlySpan<byte> start) =>
        start.Length >= sizeof(uint) && start.Length > BinaryPrimitives.ReadUInt16BigEndian(start[2..]);

    // By exporter, kind, export time and sequence (both at the same place in NetFlow v9 and IPFIX headers), then content.
    private static int Compare(
        string exporter, InputKind kind, byte[] bytes, byte[] hash, (string Exporter, InputKind Kind, byte[] Bytes, byte[] Hash) other)
    {
        var order = string.CompareOrdinal(exporter, other.Exporter);
        if (order == 0)
            order = kind.CompareTo(other.Kind);
        if (order == 0)
            order = Order(kind, bytes).SequenceCompareTo(Order(kind, other.Bytes));
        return order == 0 ? hash.AsSpan().SequenceCompareTo(other.Hash) : order;
    }

    private static ReadOnlySpan<byte> Order(InputKind kind, byte[] bytes)
    {
        var start = Math.Min(bytes.Length, kind == InputKind.NetFlow9 ? 8 : 4);
        return bytes.AsSpan(start, Math.Min(bytes.Length - start, 8));
    }

    private static bool TryOpen(string path, InputOptions options, out InputKind kind, out byte[] bytes)
    {
        (kind, bytes) = (InputKind.Unknown, []);
        try
        {
            using var file = InputFile.Open(path, options.Kind);
            kind = file.Kind;
            return kind is InputKind.NetFlow9 or InputKind.Ipfix && TryRead(file.Content, out bytes)
                && (kind == InputKind.NetFlow9 || !IsMessageFile(bytes));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false; // the reading pass reports it
        }
    }

    private readonly struct NoRecords : ISetSink
    {
        public void OnTemplate(in SetContext context, Template template, TemplateChange change)
        {
        }

        public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
        {
        }

        public void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason)
        {
        }

        public void OnSequence(in SetContext context, in SequenceEvent sequenceEvent)
        {
        }
    }
}
