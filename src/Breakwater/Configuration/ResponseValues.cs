using System.Globalization;
using System.Text;
using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>A share, with its sign: a bare number could be either.</summary>
internal sealed record PercentValue(string Example) : ConfigValue<double>
{
    public override string Kind => "a share";

    public override string Range => "0% to 100%";

    public override string Unit => "%";

    public override ValueFault? Read(string text, out double value)
    {
        value = 0;
        if (!text.EndsWith('%'))
            return new($"{ConfigMistakes.Quote(text)} has no %", $"write {Range}, such as {Example}");
        if (!double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value))
            return new($"{ConfigMistakes.Quote(text)} is no share", $"write {Range}, such as {Example}");
        return value <= 100 ? null : new($"{ConfigMistakes.Quote(text)} is out of range", $"write {Range}");
    }

    public override string Spell(double value) => value.ToString("0.############", CultureInfo.InvariantCulture) + "%";
}

/// <summary>An IPv4 address.</summary>
internal sealed record IPv4Value : ConfigValue<Address>
{
    private static readonly AddressValue _any = new();

    public override string Kind => "an IPv4 address";

    public override string Range => "an IPv4 address such as 192.0.2.1";

    public override ValueFault? Read(string text, out Address value) =>
        _any.Read(text, out value) ?? (value.IsIPv4 && value.IPv4 != 0 ? null : new($"{ConfigMistakes.Quote(text)} is no IPv4 address that a router can have", "write it like 192.0.2.1"));
}

/// <summary>A time of the day.</summary>
internal sealed record ClockValue : ConfigValue<TimeOnly>
{
    private const string Form = "HH':'mm";

    public override string Kind => "a time of the day";

    public override string Range => "00:00 to 23:59";

    public override string Unit => "UTC";

    public override ValueFault? Read(string text, out TimeOnly value) =>
        TimeOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out value)
            ? null
            : new($"{ConfigMistakes.Quote(text)} is no time of the day", "write hours and minutes in UTC, such as 22:30");

    public override string Spell(TimeOnly value) => value.ToString(Form, CultureInfo.InvariantCulture);
}

/// <summary>A key that nobody is to see: a message never quotes it.</summary>
internal sealed record SecretValue : ConfigValue<string>
{
    /// <summary>What the kernel takes for TCP MD5.</summary>
    public const int MaxOctets = 80;

    public override string Kind => "a key";

    public override string Range => "1 to 80 octets";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        return text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= MaxOctets && !text.Any(char.IsControl)
            ? null
            : new("the key is empty, too long or holds control characters", $"write {Range}");
    }
}

/// <summary>Text of one line.</summary>
internal sealed record LineValue : ConfigValue<string>
{
    public const int MaxCharacters = 200;

    public override string Kind => "a text";

    public override string Range => "1 to 200 characters on one line";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxCharacters && ConfigMistakes.Printable(text) == text ? null : new($"{ConfigMistakes.Quote(text)} is no such text", $"write {Range}");
    }
}

/// <summary>A BGP community, or a large one (RFC 8092).</summary>
internal sealed record CommunityValue : ConfigValue<string>
{
    public override string Kind => "a community";

    public override string Range => "a community such as 65535:666, or a large one such as 64500:666:0";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var parts = text.Split(':');
        var most = parts.Length == 2 ? ushort.MaxValue : uint.MaxValue;
        var isGood = parts.Length is 2 or 3
            && parts.All(part => part.Length is > 0 and <= 10 && ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most);
        return isGood ? null : new($"{ConfigMistakes.Quote(text)} is no community", $"write {Range}");
    }
}
