using System.Buffers.Binary;
using System.Security.Cryptography;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Incidents;

/// <summary>
/// Hides addresses behind hashes with a key that stays in the storage folder: the same address is the same hash as long as the key lives, and nobody
/// without it can try all addresses out. A key lives for <see cref="Life"/>; then another one takes its place, and what it hid stays hidden. Without a
/// folder that can be written the key lives in memory alone. Any thread.
/// </summary>
internal sealed class AddressKey(string folder, TimeProvider time)
{
    public const string FileName = "addresses.key";

    /// <summary>How long one key is used.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>What a hidden address begins with; no address does.</summary>
    public const string Prefix = "hidden-";

    private const int KeyBytes = 32;
    private const int FileBytes = sizeof(long) + KeyBytes;
    private const int ShownBytes = 10;

    private readonly Lock _lock = new();
    private byte[]? _key;
    private DateTimeOffset _madeAt;

    /// <summary>The hash that stands for an address, as text.</summary>
    public string Hide(Address address)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], address.Low);
        lock (_lock)
            return Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Key(), octets).AsSpan(0, ShownBytes));
    }

    /// <summary>The key of now: that of the file while it is young enough, else a new one.</summary>
    private byte[] Key()
    {
        var now = time.GetUtcNow();
        if (_key is null && Read() is { } kept)
            (_madeAt, _key) = kept;
        if (_key is not null && now - _madeAt < Life && _madeAt <= now)
            return _key;
        (_madeAt, _key) = (now, RandomNumberGenerator.GetBytes(KeyBytes));
        Keep(_madeAt, _key);
        return _key;
    }

    private (DateTimeOffset MadeAt, byte[] Key)? Read()
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, FileName));
            return bytes.Length == FileBytes ? (JournalTime.FromNanoseconds(BinaryPrimitives.ReadInt64BigEndian(bytes)), bytes[sizeof(long)..]) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The key before is gone with this: nobody can try its hashes out any more.</summary>
    private void Keep(DateTimeOffset madeAt, byte[] key)
    {
        var bytes = new byte[FileBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, JournalTime.ToNanoseconds(madeAt));
        key.CopyTo(bytes, sizeof(long));
        var path = Path.Combine(folder, FileName);
        try
        {
            File.Delete(path + ".new");
            using (var file = RecordingFile.Create(path + ".new"))
                file.Append(bytes);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The journal meets the same fault, and tells it; hashes of this run then end with it.
        }
    }
}
