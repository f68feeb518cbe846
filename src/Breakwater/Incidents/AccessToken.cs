using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Breakwater.Incidents;

/// <summary>What the holder of a token may do; each role may do what those before it may.</summary>
internal enum Role : byte
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Decides on incidents.</summary>
    Operator,

    /// <summary>Gives and takes tokens, reads the audit.</summary>
    Admin,
}

/// <summary>A token as it is kept: never the secret, only its SHA-256. 256 random bits need no slow hash.</summary>
/// <param name="Id">For people and the audit.</param>
/// <param name="Name">What it was created for.</param>
/// <param name="Hash">SHA-256 of the secret's text, 64 lower-case hexadecimal digits.</param>
/// <param name="Role">What its holder may do.</param>
/// <param name="Services">Services its holder sees; empty: all.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">From then on it is refused; null: never.</param>
/// <param name="RevokedAt">From then on it is refused; null: not revoked.</param>
internal sealed record AccessToken(
    string Id, string Name, string Hash, Role Role, ImmutableArray<string> Services,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    /// <summary>What every secret begins with, so that scanners for leaked secrets find it.</summary>
    public const string SecretPrefix = "bwt_";

    private const int SecretBytes = 32;

    public bool IsValid(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    /// <summary>256 random bits as text.</summary>
    public static string NewSecret(string prefix = SecretPrefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Its id: the first 48 bits of the hash of its hash, so that an id tells nothing of the secret.</summary>
    public static string IdOf(string hash) => "tok-" + HashOf(hash)[..12];
}
