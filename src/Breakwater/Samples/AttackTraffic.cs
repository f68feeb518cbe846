using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>How an attack spreads over addresses and time.</summary>
internal enum AttackShape
{
    /// <summary>One address.</summary>
    Host,

    /// <summary>Every address of the own /24 (IPv6: 256 addresses) alike.</summary>
    Carpet,

    /// <summary>One address, a second on and a second off.</summary>
    Pulse,
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

/// <summary>Packets of one vector at random (Poisson) times.</summary>
internal sealed class AttackTraffic : TrafficSource
{
    private const long PulseNanoseconds = 1_000_000_000;
    private const long FragmentNanoseconds = 2_000;

    private readonly AttackPackets _packets;
    private readonly AttackShape _shape;
    private readonly Address _target;
    private readonly SeededRandom _random;
    private readonly long _meanNanoseconds;
    private readonly long _startNanoseconds;
    private readonly long _endNanoseconds;
    private Address _currentTarget;
    private long _due;
    private int _owed;

    public AttackTraffic(
        AttackPackets packets, AttackShape shape, Address target, long packetsPerSecond, long startNanoseconds, long endNanoseconds, SeededRandom random)
    {
        (_packets, _shape, _target, _random) = (packets, shape, target, random);
        (_startNanoseconds, _endNanoseconds) = (startNanoseconds, endNanoseconds);
        _meanNanoseconds = Math.Max(1, 1_000_000_000 / packetsPerSecond);
        _due = startNanoseconds;
        Wait(1);
    }

    public override long NextNanoseconds => _due < _endNanoseconds ? _due : Finished;

    public override void Next(SamplePacket packet)
    {
        if (_owed == 0)
            _currentTarget = _shape == AttackShape.Carpet ? DocumentationSpace.Own((byte)_random.Below(256), !_target.IsIPv4) : _target;
        _packets.Make(packet, _currentTarget);
        _owed++;
        if (_packets.HasMore)
            _due += FragmentNanoseconds;
        else
            Wait(_owed);
    }

    /// <summary>Waits as long as the stated rate needs for so many packets.</summary>
    private void Wait(int packets)
    {
        _owed = 0;
        _due += _random.Exponential(_meanNanoseconds * packets);
        if (_shape == AttackShape.Pulse && ((_due - _startNanoseconds) / PulseNanoseconds) % 2 == 1)
            _due += PulseNanoseconds;
    }
}
