using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// The first bytes of a log, as a hash: a log that was emptied and written anew under its old inode has others, and its copy has the same. Of a file
/// that began with nothing, nothing is known.
/// </summary>
/// <param name="Length">How many bytes; 0 to <see cref="MaximumBytes"/>.</param>
/// <param name="Hash">First 8 bytes of their SHA-256.</param>
internal readonly record struct FileHead(int Length, ulong Hash)
{
    /// <summary>Bytes that are looked at.</summary>
    public const int MaximumBytes = 512;

    /// <summary>The head of bytes that were read.</summary>
    public static FileHead Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        bytes = bytes[..Math.Min(bytes.Length, MaximumBytes)];
        SHA256.HashData(bytes, hash);
        return new FileHead(bytes.Length, BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }

    /// <summary>The head of a file, at most so many bytes of it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileHead Of(SafeFileHandle file, long mostBytes)
    {
        Span<byte> bytes = stackalloc byte[MaximumBytes];
        bytes = bytes[..(int)Math.Min(MaximumBytes, mostBytes)];
        return Of(bytes[..RandomAccess.Read(file, bytes, 0)]);
    }

    /// <summary>True when the file begins with these bytes. Without any, every file does.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool IsOf(SafeFileHandle file) => Length == 0 || Of(file, Length) == this;
}
