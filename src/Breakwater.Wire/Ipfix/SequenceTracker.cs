namespace Breakwater.Wire.Ipfix;

/// <summary>Follows the sequence numbers of one domain, modulo 2³². The unit is the caller's: flows, packets or data records.</summary>
internal struct SequenceTracker
{
    // A datagram overtaken on its way is this much behind at most; what is further behind began anew.
    private const int LateWindowUnits = 100_000;

    private bool _started;
    private bool _uncertain;
    private uint _expected;
    private uint _lastExportTime;

    /// <summary>Judges the number in a header before its sets are read.</summary>
    /// <param name="sequence">The number that came.</param>
    /// <param name="exportTimeSeconds">The header's export time: only a message that is not newer can be a late one.</param>
    /// <param name="restarted">True when the exporter's clock says that it began anew.</param>
    /// <param name="sequenceEvent">What is to be reported.</param>
    /// <returns>True when there is something to report.</returns>
    internal readonly bool TryJudge(uint sequence, uint exportTimeSeconds, bool restarted, out SequenceEvent sequenceEvent)
    {
        sequenceEvent = default;
        if (!_started || (sequence == _expected && !restarted))
            return false;
        var ahead = (int)(sequence - _expected);
        var kind = restarted ? SequenceKind.Reset
            : ahead > 0 ? _uncertain ? SequenceKind.Ambiguous : SequenceKind.Loss
            : ahead >= -LateWindowUnits && exportTimeSeconds <= _lastExportTime ? SequenceKind.Late
            : SequenceKind.Reset;
        sequenceEvent = new SequenceEvent(kind, _expected, sequence, ahead > 0 && !restarted ? (uint)ahead : 0);
        return true;
    }

    /// <summary>Sets what the next header should say. A late message changes nothing.</summary>
    /// <param name="sequence">The number that came.</param>
    /// <param name="units">Units that the message carried for certain.</param>
    /// <param name="uncertain">True when undecodable sets carried more.</param>
    /// <param name="exportTimeSeconds">The header's export time.</param>
    internal void Advance(uint sequence, uint units, bool uncertain, uint exportTimeSeconds)
    {
        _started = true;
        _uncertain = uncertain;
        _expected = sequence + units;
        _lastExportTime = exportTimeSeconds;
    }
}
