using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>How an attack spreads over addresses and time.</summary>
internal enum AttackShape
{
    /// <summary>One address.</summary>
    Host,

    /// <summary>Every address of the own /24 (IPv6: 256 addresses) alike.</summary>
    Carpet,

    /// <summary>One address, on and off by turns.</summary>
    Pulse,

    /// <summary>One address, with a rate that grows evenly from nothing to the stated one over the whole length.</summary>
    Ramp,
}

/// <summary>Where, when and how fast the packets of an attack arrive.</summary>
internal sealed record AttackPlan(Address Target, long PacketsPerSecond, long StartNanoseconds, long EndNanoseconds)
{
    public AttackShape Shape { get; init; } = AttackShape.Host;

    /// <summary>Addresses of a carpet.</summary>
    public int Hosts { get; init; } = ScenarioOptions.OwnNetworkHosts;

    /// <summary>Length of a pulse.</summary>
    public long OnNanoseconds { get; init; } = 1_000_000_000;

    /// <summary>Silence after a pulse.</summary>
    public long OffNanoseconds { get; init; } = 1_000_000_000;

    /// <summary>Only the packets that a sampler of 1 in so many would have seen are made.</summary>
    public uint Thinning { get; init; } = 1;
}

/// <summary>Makes the packets of a vector that answers nothing and waits for nothing.</summary>
internal abstract class AttackPackets(SeededRandom random)
{
    protected SeededRandom Random { get; } = random;

    /// <summary>True when the last packet has a companion (the next fragment) that follows at once, to the same target.</summary>
    public virtual bool HasMore => false;

    /// <summary>Describes one packet to <paramref name="target"/>.</summary>
    public abstract void Make(SamplePacket packet, Address target);
}

/// <summary>
/// Packets of one vector at random (Poisson) times. A Poisson process that is sampled is one of a lower rate: thinned attacks are
/// made at that rate, which costs nothing for what is not seen.
/// </summary>
internal sealed class AttackTraffic : TrafficSource
{
    private const long FragmentNanoseconds = 2_000;

    /// <summary>Between two packets of a thinned attack up to so many others pass, so that any fragment of a reply may be the one seen.</summary>
    private const uint MostSkipped = 4;

    private readonly AttackPackets _packets;
    private readonly AttackPlan _plan;
    private readonly SeededRandom _random;
    private readonly long _meanNanoseconds;
    private Address _currentTarget;
    private long _elapsed;
    private long _due;
    private int _owed;

    public AttackTraffic(AttackPackets packets, AttackPlan plan, SeededRandom random)
    {
        (_packets, _plan, _random) = (packets, plan, random);
        _meanNanoseconds = Math.Max(1, plan.Thinning * 1_000_000_000L / plan.PacketsPerSecond);
        Wait(1);
    }

    public override long NextNanoseconds => _due < _plan.EndNanoseconds ? _due : Finished;

    public override void Next(SamplePacket packet)
    {
        if (_owed == 0)
            _currentTarget = _plan.Shape == AttackShape.Carpet ? CarpetHost() : _plan.Target;
        if (_plan.Thinning > 1)
        {
            for (var skipped = _random.Below(MostSkipped); skipped > 0; skipped--)
                _packets.Make(packet, _currentTarget);
        }

        _packets.Make(packet, _currentTarget);
        if (_plan.Hosts > ScenarioOptions.OwnNetworkHosts)
            packet.Source = DocumentationSpace.OutsideWideOwn(packet.Source);
        _owed++;
        if (_packets.HasMore && _plan.Thinning == 1)
            (_elapsed, _due) = (_elapsed + FragmentNanoseconds, _due + FragmentNanoseconds);
        else
            Wait(_owed);
    }

    private Address CarpetHost()
    {
        var number = _random.Below((uint)_plan.Hosts);
        return _plan.Hosts > ScenarioOptions.OwnNetworkHosts
            ? DocumentationSpace.WideOwn((ushort)number)
            : DocumentationSpace.Own((byte)number, !_plan.Target.IsIPv4);
    }

    /// <summary>Waits as long as the stated rate needs for so many packets.</summary>
    private void Wait(int packets)
    {
        _owed = 0;
        do
        {
            _elapsed += _random.Exponential(_meanNanoseconds * packets);
            _due = _plan.StartNanoseconds + Placed(_elapsed);
        }
        while (_plan.Shape == AttackShape.Ramp && _due < _plan.EndNanoseconds && IsBelowTheRamp());
    }

    /// <summary>Where time spent attacking falls: pulses have their silences between them.</summary>
    private long Placed(long elapsed) => _plan.Shape == AttackShape.Pulse
        ? (elapsed / _plan.OnNanoseconds * (_plan.OnNanoseconds + _plan.OffNanoseconds)) + (elapsed % _plan.OnNanoseconds)
        : elapsed;

    /// <summary>Drops packets of the full rate in the part that the ramp has not reached (thinning of Lewis and Shedler, 1979).</summary>
    private bool IsBelowTheRamp() =>
        (UInt128)_random.NextUInt32() * (ulong)(_plan.EndNanoseconds - _plan.StartNanoseconds) >= (UInt128)(ulong)(_due - _plan.StartNanoseconds) << 32;
}

/// <summary>Attack packets that own hosts send: the packets of a vector, from a few own addresses and to somebody else.</summary>
internal sealed class OutboundPackets(AttackPackets packets, int senders, SeededRandom random) : AttackPackets(random)
{
    private const byte FirstSender = 130;

    private Address _sender;

    public override bool HasMore => packets.HasMore;

    public override void Make(SamplePacket packet, Address target)
    {
        if (!packets.HasMore)
            _sender = DocumentationSpace.Own((byte)(FirstSender + Random.Below((uint)senders)), !target.IsIPv4);
        packets.Make(packet, target);
        packet.Source = _sender;
    }
}
