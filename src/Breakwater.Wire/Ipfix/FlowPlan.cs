using System.Runtime.InteropServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// What to read where, made once per template. Cold templates are interpreted; hot ones run as code that was compiled for their
/// layout (<see cref="FlowPlanCache"/>). Both give the same records.
/// </summary>
internal sealed class FlowPlan(PlanStep[] steps, FlowFields known, PlanTraits traits, bool isFixed, int recordLength)
{
    // Compiling costs about a millisecond: what it saves must be in sight.
    private const int RecordsBeforeCompiling = 1000;

    private long _recordsSeen;
    private bool _isDecided;

    internal PlanStep[] Steps { get; } = steps;

    /// <summary>What every record of the template knows, before its values are looked at.</summary>
    internal FlowFields Known { get; } = known;

    internal PlanTraits Traits { get; } = traits;

    /// <summary>True when all records have <see cref="RecordLength"/> octets.</summary>
    internal bool IsFixed { get; } = isFixed;

    internal int RecordLength { get; } = recordLength;

    /// <summary>Start of the flow comes from a deferred uptime (IPFIX).</summary>
    internal bool StartsByUptime { get; init; }

    /// <summary>End of the flow comes from a deferred uptime (IPFIX).</summary>
    internal bool EndsByUptime { get; init; }

    /// <summary>Reads the flow of the other direction from the same record; null when the record counts one direction.</summary>
    internal FlowPlan? Reverse { get; init; }

    /// <summary>The compiled form; null while the interpreter serves.</summary>
    internal PlanCode? Code { get; private set; }

    /// <summary>Counts records, and compiles once enough were seen; asked once, the answer of the bounded cache is final.</summary>
    internal void Count(int records, Template template)
    {
        if (_isDecided)
            return;
        _recordsSeen += records;
        if (_recordsSeen < RecordsBeforeCompiling)
            return;
        _isDecided = true;
        Code = FlowPlanCache.Shared.TryGet(this, template);
        if (Reverse is { } reverse)
            reverse.Code = FlowPlanCache.Shared.TryGet(reverse, ReversePlan.Mirrored(template));
    }

    /// <summary>Reads the record at the start of <paramref name="rest"/>, compiled or interpreted.</summary>
    /// <returns>The record's length, or -1 when it is cut off.</returns>
    internal int Read(ReadOnlySpan<byte> rest, ref PlanScratch scratch)
    {
        if (Code is not { } code)
            return Interpret(rest, ref scratch);
        return IsFixed && rest.Length < RecordLength ? -1 : code(ref MemoryMarshal.GetReference(rest), rest.Length, ref scratch);
    }

    /// <summary>Runs the steps over the record at the start of <paramref name="rest"/>.</summary>
    /// <returns>The record's length, or -1 when it is cut off.</returns>
    internal int Interpret(ReadOnlySpan<byte> rest, ref PlanScratch scratch)
    {
        scratch.Flow.Known = Known | scratch.KnownOfSet;
        var segment = 0;
        var end = RecordLength;
        if (IsFixed && rest.Length < end)
            return -1;
        foreach (ref readonly var step in Steps.AsSpan())
        {
            switch (step.Kind)
            {
                case PlanStepKind.Load:
                    PlanStore.Store(ref scratch, step.Target, rest.Slice(segment + step.Offset, step.Width), segment + step.Offset);
                    break;
                case PlanStepKind.Require:
                    end = segment + step.Offset;
                    if (end > rest.Length)
                        return -1;
                    break;
                default:
                    if (!VariableLength.TryRead(rest, segment + step.Offset, out var valueAt, out var length))
                        return -1;
                    if (step.Target != PlanTarget.None && length > 0)
                        PlanStore.StoreVariable(ref scratch, rest.Slice(valueAt, length), step.Target, valueAt);
                    segment = valueAt + length;
                    break;
            }
        }

        return end;
    }
}

/// <summary>A plan as code.</summary>
/// <param name="record">First octet of the record.</param>
/// <param name="lengthBytes">Octets readable from there: at least the record's length when it is fixed.</param>
/// <param name="scratch">Gets the values.</param>
/// <returns>The record's length, or -1 when it is cut off.</returns>
internal delegate int PlanCode(ref byte record, int lengthBytes, ref PlanScratch scratch);
