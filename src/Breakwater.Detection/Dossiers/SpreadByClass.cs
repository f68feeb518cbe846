namespace Breakwater.Detection.Dossiers;

/// <summary>A <see cref="RateSpread"/> for each kind of traffic of the one target that is being counted; made when first needed.</summary>
internal sealed class SpreadByClass
{
    private readonly RateSpread?[] _spreads = new RateSpread?[TrafficClass.Count];

    public RateSpread this[int trafficClass] => _spreads[trafficClass] ??= new RateSpread();

    /// <summary>That of a class, null when none was ever needed.</summary>
    public RateSpread? Of(int trafficClass) => _spreads[trafficClass];
}
