using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Detection.Web;

/// <summary>
/// Networks in place of a country or a system: what a proxy without a database of its own can ask for, and so what a rule's price is of. They come from
/// the sample of clients; the price, and the part that they are, from that of requests.
/// </summary>
internal sealed class RuleNetworks
{
    private readonly Dictionary<(WebField Field, ulong Origin), Dictionary<Prefix, long>> _requests = [];

    public RuleNetworks(WebSurge surge, ClientOrigins origins)
    {
        foreach (ref readonly var client in surge.During.Clients.Told(out _))
        {
            var (origin, network) = (origins.Of(client.Client), ClientOrigins.NetworkOf(client.Client));
            Add(WebField.Country, origin.Country.Packed, network, client.Requests);
            Add(WebField.System, origin.SystemNumber, network, client.Requests);
        }
    }

    /// <summary>The networks with most requests of an origin, at most <see cref="WebLimits.RuleNetworks"/>, in the order of their addresses.</summary>
    public ImmutableArray<Prefix> Of(WebField field, ulong origin) => !_requests.TryGetValue((field, origin), out var networks) ? [] :
    [
        .. networks.OrderByDescending(static row => row.Value).ThenBy(static row => row.Key.Network).Take(WebLimits.RuleNetworks).Select(static row => row.Key).OrderBy(static network => network.Network),
    ];

    /// <summary>An origin as reports have it.</summary>
    public static string NameOf(WebField field, ulong origin) =>
        field == WebField.Country ? CountryCode.OfPacked((ushort)origin).ToString() : string.Create(CultureInfo.InvariantCulture, $"AS{origin}");

    private void Add(WebField field, ulong origin, Prefix network, long requests)
    {
        if (origin == 0)
            return;
        ref var networks = ref CollectionsMarshal.GetValueRefOrAddDefault(_requests, (field, origin), out _);
        CollectionsMarshal.GetValueRefOrAddDefault(networks ??= [], network, out _) += requests;
    }
}
