using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>What one shard counted towards each service since the last second; without services, towards anyone.</summary>
internal sealed class ShardTraffic(ServiceLookup services)
{
    private const int Unknown = int.MinValue;

    // Records to one host often follow each other, in a flood above all.
    private Address _destination;
    private int _number = Unknown;
    private readonly ulong[] _packets = new ulong[Math.Max(1, services.Services.Length)];
    private readonly ulong[] _bytes = new ulong[Math.Max(1, services.Services.Length)];

    /// <summary>Counts one record, scaled; one of unknown rate for itself and those that it stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.Destination) || flow.Knows(FlowFields.TotalCounters))
            return;
        if (_number == Unknown || flow.Destination != _destination)
            (_destination, _number) = (flow.Destination, services.Services.IsEmpty ? 0 : services.Find(flow.Destination));
        var number = _number;
        if (number < 0)
            return;
        var rate = (ulong)Math.Max(1, flow.SamplingRate) << flow.ThinnedLevel;
        _packets[number] += flow.Packets * rate;
        _bytes[number] += flow.Bytes * rate;
    }

    /// <summary>Adds the sums to those of other shards and begins anew.</summary>
    public void TakeInto(Span<ulong> packets, Span<ulong> bytes)
    {
        for (var number = 0; number < _packets.Length; number++)
        {
            packets[number] += _packets[number];
            bytes[number] += _bytes[number];
        }

        Array.Clear(_packets);
        Array.Clear(_bytes);
    }
}
