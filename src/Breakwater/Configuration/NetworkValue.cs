using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>A network in CIDR form, or a single address; host bits must be zero, so that nobody protects less than is written.</summary>
internal sealed record PrefixValue : ConfigValue<Prefix>
{
    public override string Kind => "a network";

    public override string Range => "a network such as 192.0.2.0/24 or 2001:db8::/32, or a single address";

    public override ValueFault? Read(string text, out Prefix value)
    {
        value = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (AddressValue.ReadStrict(slash < 0 ? text : text[..slash], out var address) is { } fault)
            return fault;
        var longest = address.IsIPv4 ? 32 : 128;
        var length = longest;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > longest))
        {
            return new(
                $"{ConfigMistakes.Quote(text)} has no valid prefix length",
                string.Create(CultureInfo.InvariantCulture, $"write 0 to {longest} after the '/'"));
        }

        value = new Prefix(address.Masked(length), length);
        return value.Network == address
            ? null
            : new($"{ConfigMistakes.Quote(text)} has host bits set", $"write the network {value}, or the single address {address}");
    }
}

/// <summary>A single address.</summary>
internal sealed record AddressValue : ConfigValue<Address>
{
    private static readonly SearchValues<char> _addressCharacters = SearchValues.Create("0123456789abcdefABCDEF.:");

    public override string Kind => "an address";

    public override string Range => "an IPv4 or IPv6 address";

    public override ValueFault? Read(string text, out Address value)
    {
        if (ReadStrict(text, out value) is not { } fault)
            return null;
        return text.Contains('/', StringComparison.Ordinal)
            ? new($"{ConfigMistakes.Quote(text)} is a network, and one address is needed", "write the address alone, such as 192.0.2.1")
            : fault;
    }

    /// <summary>
    /// The usual forms only: no octets left out, no leading zeros (some read them as octal), no zone, port or brackets, and no IPv4
    /// address in the clothes of IPv6.
    /// </summary>
    internal static ValueFault? ReadStrict(string text, out Address address)
    {
        address = default;
        var isUsual = text.Length <= 45 && !text.AsSpan().ContainsAnyExcept(_addressCharacters);
        if (!isUsual || !IPAddress.TryParse(text, out var parsed)
            || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
            || !Address.TryParse(text, out address))
            return new($"{ConfigMistakes.Quote(text)} is no address or network", "write it like 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32");
        return address.IsIPv4 && parsed.AddressFamily != AddressFamily.InterNetwork
            ? new($"{ConfigMistakes.Quote(text)} is an IPv4 address written as IPv6", $"write {address}")
            : null;
    }
}
