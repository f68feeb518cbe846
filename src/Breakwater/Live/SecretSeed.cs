using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Breakwater.Live;

/// <summary>Seeds of hashes for what judges traffic while it comes: who sends it cannot know them.</summary>
internal static class SecretSeed
{
    /// <summary>The seed of this process. Nothing that outlives it holds a hash but a recording, which has the seed in its settings.</summary>
    public static ulong OfProcess { get; } = Draw();

    public static ulong Draw() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
