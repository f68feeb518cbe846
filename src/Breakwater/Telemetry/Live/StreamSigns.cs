using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// What is noticed about one exporter's telemetry while it is decoded: running counts, and extremes since the last look. Guarded by its
/// exporter's gate.
/// </summary>
internal sealed class StreamSigns
{
    /// <summary>Datagrams among which the same one again is a duplicate.</summary>
    private const int Remembered = 64;

    /// <summary>Enough for every header up to its sequence number, and a good part of what follows.</summary>
    private const int HashedBytes = 40;

    /// <summary>A record that claims a day or more was made with a wrong clock: no active timeout is as long.</summary>
    private const long LongestBelieved = 86_400_000_000_000;

    private readonly ulong[] _recent = new ulong[Remembered];
    private int _next;

    /// <summary>Datagrams and messages.</summary>
    public long Datagrams { get; private set; }

    /// <summary>Of these, not one of the formats, or too short to hold anything.</summary>
    public long Refused { get; set; }

    /// <summary>Datagrams that came a second time.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Sets given up because their template never came.</summary>
    public long SetsWithoutTemplate { get; set; }

    /// <summary>Sets that could not be read for another reason.</summary>
    public long BrokenSets { get; set; }

    /// <summary>Flows and samples.</summary>
    public long Flows { get; private set; }

    /// <summary>Of these, seen at an interface where traffic is not counted (<see cref="InterfaceRoles"/>).</summary>
    public long FlowsNotCounted { get; set; }

    /// <summary>Of these, without a known sampling rate.</summary>
    public long FlowsOfUnknownRate { get; private set; }

    /// <summary>Arrival of the first and the last datagram, nanoseconds since 1970-01-01 UTC; 0 before.</summary>
    public long FirstReceived { get; private set; }

    /// <inheritdoc cref="FirstReceived"/>
    public long LastReceived { get; private set; }

    /// <summary>Extremes since <see cref="TakeExtremes"/>.</summary>
    public StreamExtremes Extremes;

    /// <summary>Goes on with the arrivals of an earlier entry, so that its silence goes on; counts begin anew.</summary>
    public void TakeOver(StreamSigns earlier)
    {
        (FirstReceived, LastReceived) = (earlier.FirstReceived, earlier.LastReceived);
        Extremes.LongestGap = earlier.Extremes.LongestGap;
        _next = earlier._next;
        earlier._recent.CopyTo(_recent, 0);
    }

    /// <summary>Notes a datagram before it is decoded.</summary>
    public void Saw(ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        Datagrams++;
        if (LastReceived != 0)
            Extremes.LongestGap = Math.Max(Extremes.LongestGap, receivedNanoseconds - LastReceived);
        else
            FirstReceived = receivedNanoseconds;
        LastReceived = receivedNanoseconds;
        var hash = HashOf(datagram);
        if (_recent.AsSpan().Contains(hash))
            Duplicates++;
        _recent[_next] = hash;
        _next = (_next + 1) % Remembered;
    }

    /// <summary>Notes a record on its way to detection.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Saw(in FlowRecord flow)
    {
        Flows++;
        if (flow.SamplingRate == 0)
        {
            FlowsOfUnknownRate++;
        }
        else
        {
            Extremes.LowestRate = StreamExtremes.Lower(Extremes.LowestRate, flow.SamplingRate);
            Extremes.HighestRate = Math.Max(Extremes.HighestRate, flow.SamplingRate);
            if (flow.SamplingSource is SamplingSource.Header or SamplingSource.Options)
            {
                Extremes.LowestTold = StreamExtremes.Lower(Extremes.LowestTold, flow.SamplingRate);
                Extremes.HighestTold = Math.Max(Extremes.HighestTold, flow.SamplingRate);
            }
        }

        if (flow.Knows(FlowFields.Start | FlowFields.End) && flow.EndNanoseconds - flow.StartNanoseconds < LongestBelieved)
            Extremes.LongestRecord = Math.Max(Extremes.LongestRecord, flow.EndNanoseconds - flow.StartNanoseconds);
    }

    /// <summary>Notes the exporter's clock; a datagram that was long on its way makes it look late, so the smallest difference counts.</summary>
    public void SawClock(uint exportSeconds, long receivedNanoseconds)
    {
        var late = receivedNanoseconds - (exportSeconds * 1_000_000_000L);
        // The header's seconds are cut off: up to one second is no difference.
        var skew = late < 0 ? late : Math.Max(0, late - 1_000_000_000);
        if (!Extremes.HasClock || Math.Abs(skew) < Math.Abs(Extremes.Skew))
            (Extremes.HasClock, Extremes.Skew) = (true, skew);
    }

    /// <summary>Hands over the extremes and begins anew.</summary>
    public StreamExtremes TakeExtremes()
    {
        var taken = Extremes;
        Extremes = default;
        return taken;
    }

    private static ulong HashOf(ReadOnlySpan<byte> datagram)
    {
        var hash = (ulong)datagram.Length * 0x9E37_79B9_7F4A_7C15;
        var head = datagram[..Math.Min(datagram.Length, HashedBytes)];
        for (; head.Length >= sizeof(ulong); head = head[sizeof(ulong)..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(head));
        return datagram.Length < sizeof(ulong) ? hash : Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(datagram[^sizeof(ulong)..])) | 1;
    }

    private static ulong Mix(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * 0xC2B2_AE3D_27D4_EB4F, 29);
}

/// <summary>Extremes of some time of an exporter's telemetry; lengths in nanoseconds, 0 for none.</summary>
internal struct StreamExtremes
{
    /// <summary>Between two datagrams.</summary>
    public long LongestGap;

    /// <summary>From a record's first packet to its last: its active timeout is no shorter.</summary>
    public long LongestRecord;

    /// <summary>Time since a template that was used was last announced.</summary>
    public long OldestTemplate;

    /// <summary>Sampling rates of records.</summary>
    public uint LowestRate, HighestRate;

    /// <summary>Of these, what the exporter told itself.</summary>
    public uint LowestTold, HighestTold;

    /// <summary>How far its clock is behind ours (before: below 0); only with <see cref="HasClock"/>.</summary>
    public long Skew;

    /// <summary>A header told a time.</summary>
    public bool HasClock;

    /// <summary>A template was used that an earlier run learned and the exporter has not repeated since.</summary>
    public bool UsesStaleTemplate;

    /// <summary>Joins two times.</summary>
    public void Add(in StreamExtremes other)
    {
        LongestGap = Math.Max(LongestGap, other.LongestGap);
        LongestRecord = Math.Max(LongestRecord, other.LongestRecord);
        OldestTemplate = Math.Max(OldestTemplate, other.OldestTemplate);
        LowestRate = Lower(LowestRate, other.LowestRate);
        HighestRate = Math.Max(HighestRate, other.HighestRate);
        LowestTold = Lower(LowestTold, other.LowestTold);
        HighestTold = Math.Max(HighestTold, other.HighestTold);
        if (other.HasClock && (!HasClock || Math.Abs(other.Skew) < Math.Abs(Skew)))
            (HasClock, Skew) = (true, other.Skew);
        UsesStaleTemplate |= other.UsesStaleTemplate;
    }

    /// <summary>The lower one; 0 is none.</summary>
    internal static uint Lower(uint one, uint other) => one == 0 ? other : other == 0 ? one : Math.Min(one, other);
}
