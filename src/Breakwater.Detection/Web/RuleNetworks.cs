using System.Globalization;
using System.Runtime.InteropServices;

namespace Breakwater.Detection.Web;

/// <summary>Networks in place of a country or a system: what a proxy without a database of its own can ask for.</summary>
internal static class RuleNetworks
{
    /// <summary>The condition with the networks of the surge's clients that it stands for; other conditions as they are.</summary>
    public static WebCondition With(WebCondition condition, WebSurge surge, ClientOrigins? origins)
    {
        if (origins is null || condition.Field is not (WebField.Country or WebField.System))
            return condition;
        var requests = new Dictionary<Prefix, long>();
        long all = 0;
        foreach (ref readonly var client in surge.During.Clients.Told(out _))
        {
            if (!IsFrom(origins.Of(client.Client), condition))
                continue;
            all += client.Requests;
            CollectionsMarshal.GetValueRefOrAddDefault(requests, ClientOrigins.NetworkOf(client.Client), out _) += client.Requests;
        }

        var most = requests.OrderByDescending(static row => row.Value).ThenBy(static row => row.Key.Network).Take(WebLimits.RuleNetworks).ToArray();
        return condition with
        {
            Networks = [.. most.Select(static row => row.Key).OrderBy(static network => network.Network)],
            NetworksShare = all == 0 ? 0 : Math.Round(most.Sum(static row => row.Value) / (double)all, 4),
        };
    }

    private static bool IsFrom(ClientOrigin origin, WebCondition condition) => condition.Field == WebField.Country
        ? origin.Country.IsKnown && origin.Country.ToString() == condition.Value
        : string.Create(CultureInfo.InvariantCulture, $"AS{origin.SystemNumber}") == condition.Value;
}
