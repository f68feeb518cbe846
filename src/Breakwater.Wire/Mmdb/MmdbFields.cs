namespace Breakwater.Wire.Mmdb;

/// <summary>
/// Where the makers of databases put the country and the autonomous system of an address:
/// MaxMind (GeoLite2, GeoIP2) and DB-IP <c>country.iso_code</c>, <c>registered_country.iso_code</c>, <c>autonomous_system_number</c>,
/// <c>autonomous_system_organization</c>; ip-location-db <c>country_code</c> and MaxMind's two of the system;
/// IPinfo <c>country</c> or <c>country_code</c>, <c>asn</c> ("AS64496"), <c>as_name</c>.
/// </summary>
internal static class MmdbFields
{
    /// <summary>The country of a record; unknown when it has none in a form known here.</summary>
    public static DecodeError Country(MmdbSection section, int at, out CountryCode country)
    {
        country = default;
        var budget = MmdbLimits.Values;
        var error = section.Follow(at, out var record, out _);
        if (error != DecodeError.None || record.Type != MmdbType.Map)
            return error;
        error = CountryUnder(section, record, "country"u8, ref budget, out country);
        if (error == DecodeError.None && !country.IsKnown)
            error = CountryUnder(section, record, "country_code"u8, ref budget, out country);
        // Where an address is has precedence over where its network is registered, which is better than nothing.
        if (error == DecodeError.None && !country.IsKnown)
            error = CountryUnder(section, record, "registered_country"u8, ref budget, out country);
        return error;
    }

    /// <summary>The autonomous system of a record; number 0 (reserved by RFC 7607) and no name when it has none.</summary>
    public static DecodeError AutonomousSystem(MmdbSection section, int at, out uint number, out ReadOnlySpan<byte> organisation)
    {
        number = 0;
        organisation = default;
        var budget = MmdbLimits.Values;
        var error = section.Follow(at, out var record, out _);
        if (error != DecodeError.None || record.Type != MmdbType.Map)
            return error;
        error = NumberUnder(section, record, "autonomous_system_number"u8, ref budget, out number);
        if (error == DecodeError.None && number == 0)
            error = NumberUnder(section, record, "asn"u8, ref budget, out number);
        if (error != DecodeError.None || number == 0)
            return error;
        error = section.FindValue(record, "autonomous_system_organization"u8, ref budget, out var name);
        if (error == DecodeError.None && name.Type != MmdbType.Utf8)
            error = section.FindValue(record, "as_name"u8, ref budget, out name);
        if (error == DecodeError.None && name.Type == MmdbType.Utf8)
            organisation = section.Payload(name);
        return error;
    }

    // A code itself, or a map that has it as iso_code; a country's full name is no code.
    private static DecodeError CountryUnder(MmdbSection section, MmdbValue record, ReadOnlySpan<byte> key, ref int budget, out CountryCode country)
    {
        country = default;
        var error = section.FindValue(record, key, ref budget, out var value);
        if (error == DecodeError.None && value.Type == MmdbType.Map)
            error = section.FindValue(value, "iso_code"u8, ref budget, out value);
        if (error == DecodeError.None && value.Type == MmdbType.Utf8)
            CountryCode.TryRead(section.Payload(value), out country);
        return error;
    }

    private static DecodeError NumberUnder(MmdbSection section, MmdbValue record, ReadOnlySpan<byte> key, ref int budget, out uint number)
    {
        number = 0;
        var error = section.FindValue(record, key, ref budget, out var value);
        if (error != DecodeError.None)
            return error;
        switch (value.Type)
        {
            case MmdbType.UInt16 or MmdbType.UInt32 or MmdbType.UInt64:
                var wide = section.Unsigned(value);
                number = wide <= uint.MaxValue ? (uint)wide : 0;
                break;
            case MmdbType.Utf8:
                number = NumberOf(section.Payload(value));
                break;
        }

        return DecodeError.None;
    }

    // "AS64496" or "64496", and nothing else: the runtime's parser would pass over NULs at the end. 0 for what is no number of 32 bits.
    private static uint NumberOf(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("AS"u8))
            text = text[2..];
        ulong number = 0;
        foreach (var octet in text)
        {
            if (octet is < (byte)'0' or > (byte)'9')
                return 0;
            number = (number * 10) + octet - '0';
            if (number > uint.MaxValue)
                return 0;
        }

        return (uint)number;
    }
}
