using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>An IPv4 or IPv6 network in CIDR form; a bare address is a network of one host.</summary>
public readonly record struct Prefix(Address Network, int Length)
{
    /// <summary>True when <paramref name="address"/> is of the same family and inside the network.</summary>
    public bool Contains(Address address) => address.IsIPv4 == Network.IsIPv4 && address.Masked(Length) == Network;

    /// <summary>Parses <c>192.0.2.0/24</c>, <c>2001:db8::/32</c> or a bare address; host bits are cleared.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Prefix prefix)
    {
        prefix = default;
        if (text is null)
            return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!Address.TryParse(slash < 0 ? text : text[..slash], out var address))
            return false;
        var longest = address.IsIPv4 ? 32 : 128;
        var length = longest;
        if (slash >= 0 && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length))
            return false;
        if (length > longest)
            return false;
        prefix = new Prefix(address.Masked(length), length);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Network}/{Length}");
}
