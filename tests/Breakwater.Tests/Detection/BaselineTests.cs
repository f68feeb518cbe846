using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>What is usual outlives the dossier and the detector.</summary>
public sealed class BaselineTests
{
    private const int Minutes = 12;
    private static readonly Target _target = Target.Host(Traffic.Victim);

    [Fact]
    public void Export_AfterMinutesOfTraffic_IsReadBackTheSame()
    {
        var before = new Detector(new DetectorOptions());
        Feed(before, Minutes);
        var exported = before.ExportBaselines();
        var after = new Detector(new DetectorOptions());
        Assert.Equal(DecodeError.None, after.ImportBaselines(exported));
        Assert.Equal(exported, after.ExportBaselines());

        // The twin: after a few minutes nothing is usual yet.
        var early = new Detector(new DetectorOptions());
        Feed(early, 3);
        Assert.Equal(8, early.ExportBaselines().Length);
        Assert.True(exported.Length > 8 + (Minutes - 2) * 16);
    }

    [Fact]
    public void Import_TruncatedAnywhere_IsAFaultAndNoException()
    {
        var detector = new Detector(new DetectorOptions());
        Feed(detector, Minutes);
        var exported = detector.ExportBaselines();
        for (var length = 0; length < exported.Length; length++)
            Assert.NotEqual(DecodeError.None, new Detector(new DetectorOptions()).ImportBaselines(exported.AsSpan(0, length)));
        Assert.Equal(DecodeError.BadLength, new Detector(new DetectorOptions()).ImportBaselines([.. exported, 0]));
    }

    [Fact]
    public void Import_AnyByteChanged_NeverThrows()
    {
        var detector = new Detector(new DetectorOptions());
        Feed(detector, Minutes);
        var exported = detector.ExportBaselines();
        for (var index = 0; index < exported.Length; index++)
        {
            foreach (var value in (byte[])[0, 0x7F, 0xFF])
            {
                var changed = (byte[])exported.Clone();
                changed[index] = value;
                var other = new Detector(new DetectorOptions());
                other.ImportBaselines(changed);
                if (index % 64 == 0)
                    Feed(other, 1);
            }
        }
    }

    [Fact]
    public void Keep_MoreThanTheBound_LosesTheOldest()
    {
        var baselines = new Baselines(2);
        var hosts = Enumerable.Range(0, 3).Select(static number => Target.Host(Address.FromIPv4(0xC0000201 + (uint)number))).ToArray();
        foreach (var host in hosts)
            baselines.Keep(host, Known(100));
        Assert.Equal(2, baselines.Count);
        Assert.False(baselines.Take(hosts[0]).IsKnown);
        Assert.True(baselines.Take(hosts[1]).IsKnown);
        Assert.True(baselines.Take(hosts[2]).IsKnown);
        Assert.Equal(0, baselines.Count);
    }

    [Fact]
    public void Keep_NothingUsualYet_IsNotKept()
    {
        var baselines = new Baselines(2);
        baselines.Keep(_target, new Usual());
        Assert.Equal(0, baselines.Count);
    }

    private static Usual Known(ulong perTick)
    {
        var usual = new Usual();
        for (var tick = 0; tick < Minutes * 600; tick++)
            usual.Add(tick, perTick, 0, inIncident: false);
        return usual;
    }

    /// <summary>A steady stream of UDP to one host, enough to be watched, far below any floor.</summary>
    private static void Feed(Detector detector, int minutes)
    {
        for (var tick = 0; tick < minutes * 600; tick++)
        {
            var time = Traffic.Start + (tick * Detector.TickNanoseconds);
            detector.Tick(time);
            for (var packet = 0; packet < 6; packet++)
                detector.Count(Traffic.Udp(time, Traffic.Sender(packet), 40_000, Traffic.Victim, 4433, 400));
        }
    }
}
