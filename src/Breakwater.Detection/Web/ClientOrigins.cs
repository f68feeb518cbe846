using Breakwater.Wire;

namespace Breakwater.Detection.Web;

/// <summary>
/// Origins of clients by their networks (/24, /48). A network is looked up by its first address, so that the answer does not depend on which of its
/// clients came first; those asked for last are held. Never asked for a line, only for clients and requests that stand for all.
/// </summary>
/// <param name="find">Asks the operator's databases.</param>
internal sealed class ClientOrigins(Func<Address, ClientOrigin> find)
{
    private readonly Row[] _rows = new Row[WebLimits.HeldOrigins];

    public ClientOrigin Of(Address client)
    {
        var network = NetworkOf(client).Network;
        var hash = (network.High ^ (network.Low * 0x9E37_79B9_7F4A_7C15UL)) * 0xD6E8_FEB8_6659_FD93UL;
        ref var row = ref _rows[(int)(hash >> 32) & (WebLimits.HeldOrigins - 1)];
        if (!row.IsKnown || row.Network != network)
            row = new Row(network, find(network), true);
        return row.Origin;
    }

    /// <summary>The network that a client counts for.</summary>
    public static Prefix NetworkOf(Address client)
    {
        var length = client.IsIPv4 ? 24 : 48;
        return new Prefix(client.Masked(length), length);
    }

    private readonly record struct Row(Address Network, ClientOrigin Origin, bool IsKnown);
}
