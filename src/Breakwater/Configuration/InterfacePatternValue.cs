namespace Breakwater.Configuration;

/// <summary>Names of interfaces, as routers write them, with <c>*</c> for any characters and <c>?</c> for one.</summary>
internal sealed record InterfacePatternValue : ConfigValue<string>
{
    public const int MaxCharacters = 64;

    public override string Kind => "a pattern of names";

    public override string Range => "a name such as xe-0/0/1, with * for any characters and ? for one; at most 64 characters";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxCharacters && !text.Any(char.IsControl)
            ? null
            : new($"{ConfigMistakes.Quote(text)} is no pattern of names", "write a name such as xe-0/0/1, with * for any characters and ? for one");
    }
}
