using System.Numerics;

namespace Breakwater.Detection.Web;

/// <summary>
/// The group of a path: digits, identifiers and tokens become <c>*</c>, deep paths end in <c>/**</c>. A function of the path alone, so that
/// order changes nothing; folders with too many children are folded later, from counts.
/// </summary>
public static class PathShape
{
    private const int LongSegment = 32;

    // A count for each kind of octet in a byte of its own: a segment that is looked at has LongSegment of them at most.
    private const uint Digit = 1, Hexadecimal = 1 << 8, Capital = 1 << 16, Strange = 1 << 24;
    private static readonly uint[] _kinds = [.. Enumerable.Range(0, 256).Select(static octet => KindsOf((char)octet))];
    private const int LongestAsset = 5;

    // The letters of a name, the last one lowest, below a bit that tells its length.
    private static readonly ulong[] _assets = LettersOf(
        ["css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "avif", "bmp", "woff", "woff2", "ttf", "otf", "eot", "mp4", "webm", "mp3"]);

    private static readonly byte[][] _logins =
    [
        "login"u8.ToArray(), "signin"u8.ToArray(), "sign-in"u8.ToArray(), "sign_in"u8.ToArray(), "logon"u8.ToArray(), "xmlrpc"u8.ToArray(), "/auth/"u8.ToArray(), "oauth"u8.ToArray(),
        "password"u8.ToArray(), "/session"u8.ToArray(), "/token"u8.ToArray(),
    ];

    /// <summary>Writes the group of a path.</summary>
    /// <param name="path">As logged, without its query.</param>
    /// <param name="group">Gets the group: <see cref="WebLimits.NameBytes"/> at most.</param>
    /// <param name="parent">The length of its folder, with the slash at its end.</param>
    /// <returns>The group's length.</returns>
    public static int Fold(ReadOnlySpan<byte> path, Span<byte> group, out int parent) =>
        path.Length <= PathMasks.LongestPath ? FoldShort(path, group, out parent) : FoldStepByStep(path, group, out parent);

    /// <summary>As <see cref="Fold"/>, octet by octet: the same group, slower.</summary>
    internal static int FoldStepByStep(ReadOnlySpan<byte> path, Span<byte> group, out int parent)
    {
        var (length, segments) = (0, 0);
        parent = 0;
        while (!path.IsEmpty)
        {
            var slash = path[0] == '/' ? path[1..].IndexOf((byte)'/') + 1 : path.IndexOf((byte)'/');
            var segment = slash <= 0 ? path : path[..slash];
            path = slash <= 0 ? default : path[slash..];
            if (segment[0] == '/')
            {
                group[length++] = (byte)'/';
                parent = length;
                segment = segment[1..];
            }

            if (++segments > WebLimits.GroupSegments)
            {
                "**"u8.CopyTo(group[length..]);
                return length + 2;
            }

            length += FoldSegment(segment, group[length..]);
        }

        return length;
    }

    private static int FoldShort(ReadOnlySpan<byte> path, Span<byte> group, out int parent)
    {
        var masks = new PathMasks(path);
        // Without digits nothing is an identifier: many paths are their own groups.
        if ((masks.Digits | masks.Strange) == 0 && path.Length <= LongSegment && BitOperations.PopCount(masks.Slashes) <= WebLimits.GroupSegments && path is [(byte)'/', ..])
        {
            path.CopyTo(group);
            parent = BitOperations.Log2(masks.Slashes) + 1;
            return path.Length;
        }

        var (length, segments, at) = (0, 0, 0);
        parent = 0;
        while (at < path.Length)
        {
            if ((masks.Slashes >> at & 1) != 0)
            {
                group[length++] = (byte)'/';
                parent = length;
                at++;
            }

            var end = Math.Min(path.Length, at + BitOperations.TrailingZeroCount(masks.Slashes >> at));
            if (++segments > WebLimits.GroupSegments)
            {
                "**"u8.CopyTo(group[length..]);
                return length + 2;
            }

            length += FoldSegment(path, at, end, in masks, group[length..]);
            at = end;
        }

        return length;
    }

    private static int FoldSegment(ReadOnlySpan<byte> path, int start, int end, in PathMasks masks, Span<byte> group)
    {
        var places = (1UL << end) - (1UL << start);
        var digits = masks.Digits & places;
        if (end - start > LongSegment || (masks.Strange & places) != 0
            || (digits != 0 && IsIdentifier(end - start, BitOperations.PopCount(digits), masks.HexadecimalIn(places), masks.CapitalsIn(places))))
        {
            group[0] = (byte)'*';
            return 1;
        }

        // What stands between runs of digits, and a star for each run.
        var (length, at) = (0, start);
        while (digits != 0)
        {
            var run = BitOperations.TrailingZeroCount(digits);
            for (; at < run; at++)
                group[length++] = path[at];
            group[length++] = (byte)'*';
            at = run + BitOperations.TrailingZeroCount(~(digits >> run));
            digits &= ulong.MaxValue << at;
        }

        path[at..end].CopyTo(group[length..]);
        return length + end - at;
    }

    /// <summary>True for a part of a page, by its extension.</summary>
    public static bool IsAsset(ReadOnlySpan<byte> path)
    {
        // Octets behind the last dot, the last one lowest; a name is no longer than the longest of these.
        ulong extension = 0;
        for (var length = 0; length <= LongestAsset && length < path.Length; length++)
        {
            var octet = path[^(length + 1)];
            if (octet == '.')
                return length > 1 && _assets.AsSpan().Contains(extension | (1UL << (8 * length)));
            extension |= (ulong)(octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet) << (8 * length);
        }

        return false;
    }

    /// <summary>True where people log in, by the words that such paths have.</summary>
    public static bool IsLogin(ReadOnlySpan<byte> path)
    {
        Span<byte> lower = stackalloc byte[WebLimits.NameBytes];
        if (System.Text.Ascii.ToLower(path[..Math.Min(path.Length, lower.Length)], lower, out var length) != System.Buffers.OperationStatus.Done)
            return false;
        foreach (var word in _logins)
        {
            if (lower[..length].IndexOf(word) >= 0)
                return true;
        }

        return false;
    }

    private static ulong[] LettersOf(string[] names)
    {
        var all = new ulong[names.Length];
        for (var name = 0; name < names.Length; name++)
        {
            all[name] = 1;
            foreach (var letter in names[name])
                all[name] = (all[name] << 8) | letter;
        }

        return all;
    }

    private static uint KindsOf(char letter) => (char.IsAsciiDigit(letter) ? Digit : 0)
        + (char.IsAsciiHexDigit(letter) || letter == '-' ? Hexadecimal : 0)
        + (char.IsAsciiLetterUpper(letter) ? Capital : 0)
        + (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '~' or '+' or '@' ? 0 : Strange);

    private static int FoldSegment(ReadOnlySpan<byte> segment, Span<byte> group)
    {
        var kinds = segment.Length > LongSegment ? Strange : KindsOf(segment);
        if (IsIdentifier(segment.Length, kinds))
        {
            group[0] = (byte)'*';
            return 1;
        }

        if ((kinds & 0xFF) == 0)
        {
            segment.CopyTo(group);
            return segment.Length;
        }

        var length = 0;
        for (var index = 0; index < segment.Length; index++)
        {
            if (!char.IsAsciiDigit((char)segment[index]))
                group[length++] = segment[index];
            else if (length == 0 || group[length - 1] != '*')
                group[length++] = (byte)'*';
        }

        return length;
    }

    private static uint KindsOf(ReadOnlySpan<byte> segment)
    {
        uint kinds = 0;
        foreach (var octet in segment)
            kinds += _kinds[octet];
        return kinds;
    }

    /// <summary>Of hexadecimal digits, with escapes or other octets that names of files seldom have.</summary>
    private static bool IsIdentifier(int length, uint kinds)
    {
        if (kinds >= Strange)
            return true;
        return IsIdentifier(length, (int)kinds & 0xFF, (int)(kinds / Hexadecimal) & 0xFF, (int)(kinds / Capital) & 0xFF);
    }

    private static bool IsIdentifier(int length, int digits, int hexadecimal, int capitals) =>
        (length >= 8 && digits * 4 >= length && hexadecimal == length) || (length >= 16 && digits > 0 && capitals > 2);
}
