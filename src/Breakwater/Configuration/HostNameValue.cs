namespace Breakwater.Configuration;

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
