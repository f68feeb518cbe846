using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Geo;

/// <summary>
/// Countries and autonomous systems of addresses, from the databases that the operator has. They name what a report shows, and
/// networks that a rule for a web server asks for; no verdict uses them. The first database that knows an answer gives it. Any number of threads may ask.
/// </summary>
internal sealed class GeoLookup(IReadOnlyList<GeoDatabase> databases)
{
    /// <summary>A longer name of an organisation is cut.</summary>
    public const int MaxNameBytes = 256;

    // An array of its own: walking through one allocates nothing.
    private readonly GeoDatabase[] _databases = [.. databases];
    private long _damaged;

    /// <summary>The databases, in the order in which they are asked.</summary>
    public IReadOnlyList<GeoDatabase> Databases => _databases;

    /// <summary>False when no database tells countries: they are then null, not zero.</summary>
    public bool HasCountries { get; } = databases.Any(database => database.HasCountries);

    /// <summary>False when no database tells autonomous systems: they are then null, not zero.</summary>
    public bool HasSystems { get; } = databases.Any(database => database.HasSystems);

    /// <summary>Questions that met damage in a database; they were answered from another or not at all.</summary>
    public long DamagedLookups => Interlocked.Read(ref _damaged);

    /// <summary>The SHA-256 of each database, in the order in which they are asked: with the same ones the answers are the same.</summary>
    public IReadOnlyList<string> Hashes { get; } = [.. databases.Select(static database => database.Sha256)];

    /// <summary>The country of an address; false when unknown. Allocates nothing.</summary>
    public bool TryCountry(Address address, out CountryCode country)
    {
        foreach (var database in _databases)
        {
            if (!database.HasCountries)
                continue;
            if (database.Content.FindCountry(address, out country) != DecodeError.None)
                Interlocked.Increment(ref _damaged);
            if (country.IsKnown)
                return true;
        }

        country = default;
        return false;
    }

    /// <summary>The number of the autonomous system of an address; false when unknown. Allocates nothing.</summary>
    public bool TryAsn(Address address, out uint number) => TryAsn(address, out number, out ReadOnlySpan<byte> _);

    /// <summary>The autonomous system of an address; false when unknown.</summary>
    /// <param name="address">The address.</param>
    /// <param name="number">Its number; 0 when unknown.</param>
    /// <param name="name">Its organisation, without control characters; null when unknown.</param>
    public bool TryAsn(Address address, out uint number, out string? name)
    {
        var isKnown = TryAsn(address, out number, out ReadOnlySpan<byte> organisation);
        name = isKnown ? Clean(organisation) : null;
        return isKnown;
    }

    private bool TryAsn(Address address, out uint number, out ReadOnlySpan<byte> organisation)
    {
        foreach (var database in _databases)
        {
            if (!database.HasSystems)
                continue;
            if (database.Content.FindAutonomousSystem(address, out number, out organisation) != DecodeError.None)
                Interlocked.Increment(ref _damaged);
            if (number != 0)
                return true;
        }

        number = 0;
        organisation = default;
        return false;
    }

    /// <summary>A name that can be printed: what is no UTF-8, and what steers a terminal, becomes U+FFFD.</summary>
    private static string? Clean(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxNameBytes)]);
        if (text.Any(char.IsControl))
            text = string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }
}
