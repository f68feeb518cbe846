using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Wire;

namespace Breakwater.Reports;

/// <summary>Joins the operator's databases with web detection, which knows of none: it gets answers alone.</summary>
internal static class WebOrigins
{
    /// <summary>Answers for addresses; null where there is no database.</summary>
    public static Func<Address, ClientOrigin>? Of(GeoLookup? geo) => geo is null ? null
        : address => new ClientOrigin(geo.TryCountry(address, out var country) ? country : default, geo.TryAsn(address, out var number) ? number : 0);
}
