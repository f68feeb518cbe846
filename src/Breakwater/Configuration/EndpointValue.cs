using System.Globalization;
using System.Net;

namespace Breakwater.Configuration;

/// <summary>An address with its port, where something listens.</summary>
internal sealed record EndpointValue : ConfigValue<IPEndPoint>
{
    public override string Kind => "an address with a port";

    public override string Range => "an address with a port, such as 127.0.0.1:8686 or [::1]:8686";

    public override ValueFault? Read(string text, out IPEndPoint value)
    {
        value = new IPEndPoint(IPAddress.Loopback, 0);
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > ushort.MaxValue)
            return new($"{ConfigMistakes.Quote(text)} has no port", $"write {Range}");
        var isBracketed = text[0] == '[' && text[colon - 1] == ']';
        var address = isBracketed ? text[1..(colon - 1)] : text[..colon];
        if (AddressValue.ReadStrict(address, out var read) is not null || isBracketed == read.IsIPv4)
            return new($"{ConfigMistakes.Quote(text)} is no address with a port", $"write {Range}");
        value = new IPEndPoint(IPAddress.Parse(address), port);
        return null;
    }
}

/// <summary>A name of the domain name system, as browsers send it in <c>Host</c>.</summary>
internal sealed record HostNameValue : ConfigValue<string>
{
    public const int MaxCharacters = 253;

    public override string Kind => "a host name";

    public override string Range => "a host name such as breakwater.example.net: lower-case letters, digits, - and .";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var isName = text.Length is > 0 and <= MaxCharacters && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
            && text.Split('.').All(static label => label.Length is > 0 and <= 63);
        return isName ? null : new($"{ConfigMistakes.Quote(text)} is no host name", "write it like breakwater.example.net, in lower case and without a port");
    }
}
