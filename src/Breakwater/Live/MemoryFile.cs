using System.Collections.Immutable;
using System.Security.Cryptography;
using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>
/// An <see cref="EngineMemory"/> as a file: written beside and then put in place, so that whatever happens the old or the new one is there; it
/// ends with the SHA-256 of all that stands before.
/// </summary>
internal static class MemoryFile
{
    public const string FileName = "memory.bin";

    /// <summary>A larger file is none of ours; exporters that do not fit are left out.</summary>
    public const int MaximumBytes = 256 * 1024 * 1024;

    private const uint Magic = 0x42574D32; // "BWM2": the version is part of it
    private const uint MagicWithoutNames = 0x42574D31; // "BWM1": as it was before, without names at the end
    private const int PartBytes = 16 + 1 + 4, NamesBytes = 16 + 4;

    public static byte[] Encode(EngineMemory memory)
    {
        long left = MaximumBytes - memory.Baselines.Length - 64;
        var templates = Fitting(memory.Templates, static part => PartBytes + part.Templates.Length, ref left);
        var names = Fitting(memory.Names, static part => NamesBytes + part.Names.Length, ref left);
        var buffer = new byte[16 + templates.Sum(static part => PartBytes + part.Templates.Length) + memory.Baselines.Length
            + names.Sum(static part => NamesBytes + part.Names.Length) + SHA256.HashSizeInBytes];
        var writer = new WireWriter(buffer);
        writer.Write(Magic);
        writer.Write((uint)templates.Count);
        foreach (var part in templates)
        {
            writer.Write(part.Exporter.High);
            writer.Write(part.Exporter.Low);
            writer.Write((byte)part.Kind);
            writer.Write((uint)part.Templates.Length);
            writer.Write(part.Templates);
        }

        writer.Write((uint)memory.Baselines.Length);
        writer.Write(memory.Baselines);
        writer.Write((uint)names.Count);
        foreach (var part in names)
        {
            writer.Write(part.Exporter.High);
            writer.Write(part.Exporter.Low);
            writer.Write((uint)part.Names.Length);
            writer.Write(part.Names);
        }

        writer.Write(SHA256.HashData(writer.Written));
        return buffer;
    }

    /// <summary>Null when the bytes are not whole, or of another version.</summary>
    public static EngineMemory? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SHA256.HashSizeInBytes || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            return null;
        var reader = new WireReader(bytes[..^SHA256.HashSizeInBytes]);
        if (!reader.TryRead(out uint magic) || magic is not (Magic or MagicWithoutNames) || !reader.TryRead(out uint count))
            return null;
        var templates = ImmutableArray.CreateBuilder<TemplateMemory>();
        for (; count > 0; count--)
        {
            if (!reader.TryRead(out ulong high) || !reader.TryRead(out ulong low) || !reader.TryRead(out byte kind) || !TryReadPart(ref reader, out var part))
                return null;
            templates.Add(new TemplateMemory(Address.FromHalves(high, low), (InputKind)kind, part));
        }

        ImmutableArray<NameMemory> names = [];
        return TryReadPart(ref reader, out var baselines) && (magic == MagicWithoutNames || TryReadNames(ref reader, out names)) && reader.Remaining == 0
            ? new EngineMemory(templates.ToImmutable(), baselines) { Names = names } : null;
    }

    /// <summary>Null without a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static EngineMemory? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        if (new FileInfo(path).Length > MaximumBytes)
            throw new IOException($"{path} is no memory of Breakwater: it is too large");
        return Decode(File.ReadAllBytes(path)) ?? throw new IOException($"{path} is damaged, or of another version");
    }

    /// <summary>Keeps a file that could not be read for whoever wants to know why: the next one does not take its place.</summary>
    public static void PutAside(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            File.Move(path, path + ".unread", overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The fault has been told; writing will tell the next one.
        }
    }

    /// <exception cref="IOException">The disk fails; the file of before stands.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public static void Write(string folder, ReadOnlySpan<byte> encoded)
    {
        var path = Path.Combine(folder, FileName);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(encoded);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    private static List<T> Fitting<T>(ImmutableArray<T> parts, Func<T, int> bytes, ref long left)
    {
        var fitting = new List<T>();
        foreach (var part in parts)
        {
            if (left < bytes(part))
                break;
            left -= bytes(part);
            fitting.Add(part);
        }

        return fitting;
    }

    private static bool TryReadNames(ref WireReader reader, out ImmutableArray<NameMemory> names)
    {
        names = [];
        if (!reader.TryRead(out uint count))
            return false;
        var read = ImmutableArray.CreateBuilder<NameMemory>();
        for (; count > 0; count--)
        {
            if (!reader.TryRead(out ulong high) || !reader.TryRead(out ulong low) || !TryReadPart(ref reader, out var part))
                return false;
            read.Add(new NameMemory(Address.FromHalves(high, low), part));
        }

        names = read.ToImmutable();
        return true;
    }

    private static bool TryReadPart(ref WireReader reader, out byte[] part)
    {
        part = [];
        if (!reader.TryRead(out uint length) || length > MaximumBytes || !reader.TryReadBytes((int)length, out var bytes))
            return false;
        part = bytes.ToArray();
        return true;
    }
}
