using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Detection;

/// <summary>An attacker knows the decoder's hash of a name, and may ask for those alone that would look like a few.</summary>
public sealed class ChosenNamesTests
{
    private const int Names = 20_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RandomSubdomains_ChosenByTheirHash_AreNamedAllTheSame(bool areChosen)
    {
        var resource = ContentHash.OfLowered([7, .. "example"u8, 3, .. "com"u8, 0]);
        var names = Enumerable.Range(0, int.MaxValue).Select(Hash).Where(hash => !areChosen || FallsIntoFewRegisters(hash)).Take(Names).ToArray();
        var flood = Traffic.Stream(Names / 2, 2, (index, time) => Query(time, index, resource, names[index]), after: 30);
        var quiet = Traffic.Stream(10, 30, (index, time) => Query(time, index, (ulong)index * 77, (ulong)index * 99));

        var incident = Assert.Single(Traffic.Detect([.. quiet, .. flood]).Incidents);

        Assert.Contains(Vector.DnsRandomSubdomain, incident.Vectors.Select(static vector => vector.Vector));
        // The twin: names that are few are no random subdomains.
        var few = Traffic.Stream(Names / 2, 2, (index, time) => Query(time, index, resource, names[index % 8]), after: 30);
        Assert.DoesNotContain(Vector.DnsRandomSubdomain, Traffic.Detect([.. quiet, .. few]).Incidents.SelectMany(static found => found.Vectors).Select(static vector => vector.Vector));
    }

    /// <summary>Into eight of the 1,024 of a sketch that takes the decoder's hash as it is.</summary>
    private static bool FallsIntoFewRegisters(ulong hash) => KeyedHash.With((uint)hash, 0x7661) >> 54 < 8;

    private static ulong Hash(int number) => ContentHash.OfLowered([12, .. Encoding.ASCII.GetBytes($"{number:x12}"), 7, .. "example"u8, 3, .. "com"u8, 0], 1);

    private static FlowRecord Query(long time, int sender, ulong resource, ulong variant)
    {
        var flow = Traffic.Udp(time, Traffic.Sender(sender), 1024 + (sender % 60_000), Traffic.Victim, 53, 70);
        (flow.Application, flow.ApplicationResource, flow.ApplicationVariant) = (ApplicationSign.DnsQuery, resource, variant);
        flow.Known |= FlowFields.Application;
        return flow;
    }
}
