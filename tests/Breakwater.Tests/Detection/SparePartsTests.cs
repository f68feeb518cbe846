using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

public sealed class SparePartsTests
{
    /// <summary>Connections of the target before, taken for those of this one, would make a SYN flood look completed.</summary>
    [Fact]
    public void Flows_OfADroppedDossier_AreEmptyForTheNext()
    {
        var spare = new SpareParts();
        var flows = spare.TakeFlows();
        foreach (var sketch in flows)
        {
            for (var index = 0u; index < 100; index++)
                sketch.Add(new KeyedHash(1).Of(Address.FromIPv4(index)));
        }
        Assert.All(flows, static sketch => Assert.InRange(sketch.Estimate(), 80, 120));
        spare.Return(flows);

        var again = spare.TakeFlows();

        Assert.Same(flows, again);
        Assert.All(again, static sketch => Assert.Equal(0, sketch.Estimate()));
        Assert.NotSame(again, spare.TakeFlows());
    }

    [Fact]
    public void Counters_OfADroppedDossier_AreEmptyForTheNext()
    {
        var spare = new SpareParts();
        var counters = spare.TakeCounters(3);
        counters.LifePackets.Add(7, 7, 1);
        spare.Return(counters);

        var again = spare.TakeCounters(9);

        Assert.Same(counters, again);
        Assert.Equal((9, 0UL), (again.TrafficClass, again.LifePackets.Sum));
    }
}
