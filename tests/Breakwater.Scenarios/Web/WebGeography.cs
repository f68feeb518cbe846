using System.Text;
using Breakwater.Detection.Web;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Scenarios.Web;

/// <summary>
/// Where the networks of made logs are: a table of its own over the documentation ranges that their clients come from. The site's visitors are mostly
/// from its own country; who comes besides is from there too, from a country abroad, from all over the world, or from few hosters. Countries are codes that
/// ISO 3166 leaves to users, systems are of the private range.
/// </summary>
/// <param name="mix">Where newcomers are from.</param>
/// <param name="isMixed">Every second network of newcomers is one of people: a flood in a crowd.</param>
internal sealed class WebGeography(NewcomerMix mix, bool isMixed)
{
    private const uint FirstSystem = 4_200_000_000;
    private const uint UsualNetworks = 160;
    private static readonly CountryCode[] _countries = [.. Codes()];

    /// <summary>The geography of a scenario: of four crowds one is from abroad (two where a link brings them), of four floods one is from home (two where machines pass for visitors).</summary>
    public static WebGeography Of(WebFamily family, ulong seed)
    {
        var lot = seed % 4;
        var passes = family.Name is "flood-like-visitors-without-parts" or "flood-with-parts" or "flood-from-known-networks";
        var isLinked = family.Name is "crowd-from-a-link" or "crowd-of-strangers" or "crowd-in-an-app" or "crowd-behind-a-content-network-from-links";
        var mix = family.IsAttack
            ? lot == 3 ? NewcomerMix.Hosters : lot < (passes ? 2UL : 1UL) ? NewcomerMix.Home : NewcomerMix.World
            : lot < (isLinked ? 2UL : 1UL) ? NewcomerMix.Abroad : NewcomerMix.Home;
        return new WebGeography(mix, family.Name.EndsWith("in-a-crowd", StringComparison.Ordinal));
    }

    public ClientOrigin OriginOf(Address client)
    {
        var network = client.IsIPv4 ? client.IPv4 >> 8 : (uint)(client.High >> 16) & 0xFFFF;
        var hash = (network + 1) * 0x9E37_79B9_7F4A_7C15UL;
        hash ^= hash >> 29;
        var lot = (uint)((hash * 0xBF58_476D_1CE4_E5B9UL) >> 32);
        var isUsual = client.IsIPv4 ? (network & 0x1FF) < UsualNetworks || client.IPv4 >> 17 != 0xC612_0000 >> 17 : network < 0x2000;
        return isUsual || (isMixed && lot % 2 == 0) ? Home(lot) : mix switch
        {
            NewcomerMix.Home => Home(lot),
            NewcomerMix.Abroad => lot % 100 < 70 ? At(4 + (lot / 100 % 3), lot >> 16) : Home(lot / 100),
            NewcomerMix.World => At(lot % (uint)_countries.Length, lot >> 16),
            _ => new ClientOrigin(_countries[30 + (lot % 3)], FirstSystem + 900 + (lot % 6)),
        };
    }

    /// <summary>Sixty of a hundred from the site's own country, twenty from two neighbours, the others from twenty countries.</summary>
    private static ClientOrigin Home(uint lot) => (lot % 100) switch
    {
        < 60 => At(0, lot >> 16),
        < 80 => At(1 + (lot % 2), lot >> 16),
        _ => At(3 + (lot / 100 % 20), lot >> 16),
    };

    /// <summary>A country has five access providers, the first of them with half of it.</summary>
    private static ClientOrigin At(uint country, uint lot) => new(_countries[country], FirstSystem + (country * 10) + (lot % 2 == 0 ? 0 : 1 + (lot / 2 % 4)));

    private static IEnumerable<CountryCode> Codes()
    {
        foreach (var text in Enumerable.Range('M', 14).Select(static letter => $"Q{(char)letter}").Concat(Enumerable.Range('A', 26).Select(static letter => $"X{(char)letter}")).Prepend("AA"))
        {
            CountryCode.TryRead(Encoding.ASCII.GetBytes(text), out var code);
            yield return code;
        }
    }
}

/// <summary>Where those are from that come besides the usual visitors.</summary>
internal enum NewcomerMix : byte
{
    /// <summary>From where the visitors are.</summary>
    Home,

    /// <summary>Seven of ten from three countries that hardly anybody comes from.</summary>
    Abroad,

    /// <summary>From everywhere alike.</summary>
    World,

    /// <summary>From six systems that nobody comes from.</summary>
    Hosters,
}
