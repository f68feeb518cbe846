using System.Globalization;

namespace Breakwater.Wire.AccessLog;

/// <summary>Networks whose word on X-Forwarded-For is taken. Nobody is believed without being named here.</summary>
public sealed class TrustedProxies
{
    private readonly (Address Network, int PrefixLength)[] _networks;

    private TrustedProxies((Address Network, int PrefixLength)[] networks) => _networks = networks;

    /// <summary>Nobody.</summary>
    public static TrustedProxies None { get; } = new([]);

    /// <summary>Reads networks such as <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>, or single addresses.</summary>
    /// <returns>False when one is no network, or there are more than the limit.</returns>
    public static bool TryParse(IReadOnlyCollection<string> texts, out TrustedProxies proxies)
    {
        proxies = None;
        var networks = new List<(Address, int)>();
        foreach (var text in texts)
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            if (!Address.TryParse(slash < 0 ? text : text[..slash], out var address) || networks.Count == LogLimits.TrustedNetworks)
                return false;
            var bits = address.IsIPv4 ? 32 : 128;
            var length = bits;
            if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
                return false;
            networks.Add((address.Masked(length), length));
        }

        proxies = new TrustedProxies([.. networks]);
        return true;
    }

    /// <summary>True when the address lies in one of the networks.</summary>
    public bool Contains(Address address)
    {
        foreach (var (network, length) in _networks)
        {
            if (network.IsIPv4 == address.IsIPv4 && address.Masked(length) == network)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Who asked: from the connection's other end along the chain backwards, the first address that is not trusted. What is no address ends
    /// the search: the last trusted proxy then stands for its client.
    /// </summary>
    /// <param name="peer">The connection's other end.</param>
    /// <param name="forwardedFor">The X-Forwarded-For header: each proxy adds its own peer at the end.</param>
    public Address ClientOf(Address peer, ReadOnlySpan<byte> forwardedFor)
    {
        var client = peer;
        for (var count = 0; count < LogLimits.ForwardedAddresses && !forwardedFor.IsEmpty && Contains(client); count++)
        {
            var comma = forwardedFor.LastIndexOf((byte)',');
            if (!LogAddress.TryParseEndpoint(forwardedFor[(comma + 1)..].Trim((byte)' '), out var before))
                break;
            client = before;
            forwardedFor = comma < 0 ? default : forwardedFor[..comma];
        }

        return client;
    }
}
