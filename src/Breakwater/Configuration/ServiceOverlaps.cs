using Breakwater.Detection;

namespace Breakwater.Configuration;

/// <summary>
/// Finds addresses that two services claim. Networks either nest or are apart, so that in the order of their first addresses, wider ones
/// first, only the networks around the last one can hold the next: the time is that of sorting, whatever the file says.
/// </summary>
internal sealed class ServiceOverlaps
{
    private readonly List<Claim> _claims = [];

    private readonly record struct Claim(int Service, string Name, Placed<Prefix> Prefix);

    public void Add(int service, string name, IEnumerable<Placed<Prefix>> addresses) =>
        _claims.AddRange(addresses.Select(address => new Claim(service, name, address)));

    /// <summary>One mistake for each network that overlaps a network of another service, at the later of the two.</summary>
    public void Tell(ConfigMistakes mistakes)
    {
        var around = new Stack<Claim>();
        foreach (var claim in _claims.OrderBy(static claim => claim.Prefix.Value.Network.IsIPv4)
            .ThenBy(static claim => claim.Prefix.Value.Network)
            .ThenBy(static claim => claim.Prefix.Value.Length)
            .ThenBy(static claim => claim.Prefix.Place))
        {
            while (around.Count > 0 && !around.Peek().Prefix.Value.Contains(claim.Prefix.Value.Network))
                around.Pop();
            foreach (var outer in around)
            {
                if (outer.Service == claim.Service)
                    continue;
                Tell(outer, claim, mistakes);
                break;
            }

            // A repetition inside one service changes nothing; leaving it out keeps the stack as short as prefixes can nest.
            if (around.Count == 0 || around.Peek().Service != claim.Service || around.Peek().Prefix.Value != claim.Prefix.Value)
                around.Push(claim);
        }
    }

    private static void Tell(Claim one, Claim other, ConfigMistakes mistakes)
    {
        var (first, second) = one.Prefix.Place.CompareTo(other.Prefix.Place) < 0 ? (one, other) : (other, one);
        mistakes.Add(
            second.Prefix.Place,
            $"{second.Prefix.Value} of service '{second.Name}' overlaps {first.Prefix.Value} of service '{first.Name}' {first.Prefix.Place.InWords}",
            "give each address to one service");
    }
}
