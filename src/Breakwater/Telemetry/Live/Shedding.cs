using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// Under overload leaves out a share of one exporter's records, and lets each one kept stand for those left out. Which are kept follows from the
/// hash of the record's number alone: a recording leaves out the same ones. Templates, sequences and counters are read all the same. Guarded by
/// its exporter's gate.
/// </summary>
internal sealed class Shedding
{
    /// <summary>1 in 64 at least is kept: then receiving costs more than what is done with the records.</summary>
    public const int MaximumLevel = 6;

    private const ulong Increment = 0x9E37_79B9_7F4A_7C15; // SplitMix64
    private ulong _number;

    /// <summary>1 in 2^level records is kept. Changed only while no gate is open.</summary>
    public int Level { get; set; }

    /// <summary>Records left out.</summary>
    public long Records { get; private set; }

    /// <summary>Packets of all records by those that were kept, scaled; with <see cref="Variance"/> it tells how far off totals may be.</summary>
    public double Packets { get; private set; }

    /// <summary>Variance of <see cref="Packets"/> by what was left out (Horvitz and Thompson 1952).</summary>
    public double Variance { get; private set; }

    /// <summary>Goes on with the level and the numbers of an earlier entry.</summary>
    public void TakeOver(Shedding earlier) => (Level, _number) = (earlier.Level, earlier._number);

    /// <summary>True when the record is kept; <paramref name="kept"/> is then what is to be counted.</summary>
    public bool Keeps(in FlowRecord flow, out FlowRecord kept)
    {
        if (Hash(++_number) >> (64 - Level) != 0)
        {
            Records++;
            Unsafe.SkipInit(out kept); // most are left out: their records are not copied
            return false;
        }

        kept = flow;
        var factor = 1u << Level;
        var packets = (double)flow.Packets * Math.Max(1, flow.SamplingRate);
        Packets += packets * factor;
        Variance += packets * packets * factor * (factor - 1);
        kept.ThinnedLevel = (byte)Level;
        return true;
    }

    /// <summary>Notes a record while nothing is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in FlowRecord flow) => Packets += (double)flow.Packets * Math.Max(1, flow.SamplingRate);

    private static ulong Hash(ulong number)
    {
        var hash = number * Increment;
        hash = (hash ^ (hash >> 30)) * 0xBF58_476D_1CE4_E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D0_49BB_1331_11EB;
        return hash ^ (hash >> 31);
    }
}

/// <summary>What all exporters together left out since the start; Packets and Variance as in <see cref="Shedding"/>.</summary>
internal readonly record struct ShedSigns(int Level, long Records, double Packets, double Variance);
