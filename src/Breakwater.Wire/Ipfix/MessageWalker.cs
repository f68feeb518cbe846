namespace Breakwater.Wire.Ipfix;

/// <summary>What NetFlow v9 and IPFIX messages have in common around their sets: domains, restarts, sequence numbers, waiting.</summary>
internal static class MessageWalker
{
    /// <summary>Reads the sets of one message whose header was read.</summary>
    internal static DecodeError Walk<TSink>(
        in SetContext header, ReadOnlySpan<byte> sets, ExporterState state, ref TSink sink, ref SetTotals totals)
        where TSink : struct, ISetSink, allows ref struct
    {
        state.Count.Messages++;
        var domain = state.Domains.Use(header.Format, header.DomainId);
        var isLate = JudgeSequence(header, domain, state, ref sink);
        EndWaiting(header, domain, state, ref sink);
        var error = SetWalker.Walk(header, sets, domain, state, ref totals, ref sink);
        if (!isLate)
        {
            var isUncertain = totals.UnreadSets > 0 || error != DecodeError.None;
            var (units, uncertain) = header.Format == ExportFormat.Ipfix ? (totals.Records, isUncertain) : (1u, false);
            domain.Sequence.Advance(header.Sequence, units, uncertain, header.ExportTimeSeconds);
        }

        return error;
    }

    /// <summary>Reports a break of the sequence, and begins a new generation of templates when the exporter restarted.</summary>
    /// <returns>True when the message is older than its predecessor.</returns>
    private static bool JudgeSequence<TSink>(in SetContext header, Domain domain, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        var hasUptime = header.Format == ExportFormat.NetFlow9;
        var restarted = hasUptime && domain.Restart.Observe(header.ExportTimeSeconds, header.SysUptimeMilliseconds);
        var isLate = false;
        if (domain.Sequence.TryJudge(header.Sequence, header.ExportTimeSeconds, restarted, out var sequenceEvent))
        {
            state.Note(sequenceEvent);
            isLate = sequenceEvent.Kind == SequenceKind.Late;
            restarted |= !hasUptime && sequenceEvent.Kind == SequenceKind.Reset;
            sink.OnSequence(header, sequenceEvent);
        }

        if (restarted)
        {
            domain.Generation++;
            domain.Restart.Hold(header.ExportTimeSeconds, state.Limits.RestartHoldSeconds);
        }

        return isLate;
    }

    private static void EndWaiting<TSink>(in SetContext header, Domain domain, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (domain.Restart.HoldEnds(header.ExportTimeSeconds))
        {
            while (state.Waiting.TryTakeHeld(header.Format, header.DomainId, state.Templates, out var held))
                SetWalker.GiveUp(held, UndecodableReason.NoTemplate, state, ref sink);
        }

        var before = MessageClock.Of(header) - (state.Limits.MaxWaitingSeconds * 1_000_000_000L);
        while (state.Waiting.TryTakeOldest(before, out var tooOld))
            SetWalker.GiveUp(tooOld, UndecodableReason.WaitedTooLong, state, ref sink);
    }
}
