using System.Globalization;
using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>An address of this machine and a port.</summary>
internal readonly record struct ListenEndpoint(Address Address, ushort Port) : IComparable<ListenEndpoint>
{
    public int CompareTo(ListenEndpoint other) => (Address, Port).CompareTo((other.Address, other.Port));

    public override string ToString() =>
        Address.IsIPv4 ? string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}") : string.Create(CultureInfo.InvariantCulture, $"[{Address}]:{Port}");
}

/// <summary>An address and a port, the address of IPv6 in brackets (RFC 3986 §3.2.2).</summary>
internal sealed record ListenValue : ConfigValue<ListenEndpoint>
{
    private const string Example = "write it like 127.0.0.1:2055, 0.0.0.0:2055 (all of IPv4) or [::1]:2055";

    public override string Kind => "an address and a port";

    public override string Range => "an address and a port such as 127.0.0.1:2055 or [::1]:2055";

    public override ValueFault? Read(string text, out ListenEndpoint value)
    {
        value = default;
        var colon = text.LastIndexOf(':');
        var hasPort = ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
        if (colon <= 0 || !hasPort)
            return new($"{ConfigMistakes.Quote(text)} has no port", Example);
        var host = text[..colon];
        var isBracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (isBracketed)
            host = host[1..^1];
        if (AddressValue.ReadStrict(host, out var address) is not null || address.IsIPv4 == isBracketed)
            return new($"{ConfigMistakes.Quote(text)} is no address with a port", Example);
        value = new ListenEndpoint(address, port);
        return null;
    }
}
