namespace Breakwater.Telemetry;

/// <summary>Says of a file that is not read what it seems to be, and what to give instead.</summary>
internal static class ForeignFile
{
    /// <summary>Bytes that are looked at.</summary>
    public const int HeadLength = 512;

    private const string Accepted = "accepted are pcap, pcapng, sFlow v5, NetFlow v5 and v9, IPFIX, access logs, plain or gzip";

    /// <summary>A sentence without its full stop.</summary>
    /// <param name="head">The first bytes, after decompression; all of them when the file is shorter than <see cref="HeadLength"/>.</param>
    public static string Explain(ReadOnlySpan<byte> head) => head switch
    {
        [] => "it is empty",
        // nfdump's file header: magic 0xA50C in the byte order of the machine that wrote it.
        [0x0C, 0xA5, ..] or [0xA5, 0x0C, ..] => "an nfdump file, which is not read: give the original capture or exports, or replay it with "
            + $"nfreplay to a port of this machine and capture that; {Accepted}",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => $"compressed by zstd: unpack it first; {Accepted}",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => $"compressed by xz: unpack it first; {Accepted}",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => $"compressed by bzip2: unpack it first; {Accepted}",
        [(byte)'P', (byte)'K', 3, 4, ..] => $"a zip archive: unpack it first; {Accepted}",
        _ when IsText(head) => $"{TextKind(head)}, which is not read: give the original capture or exports, or for an access log its format with --log-format; {Accepted}",
        _ => $"not a capture, NetFlow, IPFIX or sFlow; {Accepted}; --as KIND forces a kind",
    };

    /// <summary>No control characters but those that lay out lines.</summary>
    private static bool IsText(ReadOnlySpan<byte> head) => head.IndexOfAnyInRange((byte)0, (byte)8) < 0 && head.IndexOfAnyInRange((byte)14, (byte)31) < 0;

    private static string TextKind(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOfAny((byte)'\n', (byte)'\r');
        var first = end < 0 ? head : head[..end];
        if (first is [(byte)'{' or (byte)'[', ..])
            return "JSON text";
        return first.Count((byte)',') >= 2 || first.Count((byte)';') >= 2 || first.Count((byte)'\t') >= 2 ? "a CSV table" : "text";
    }
}
