namespace Breakwater.Wire.Sflow;

/// <summary>What a sequence number said.</summary>
public enum SflowSequenceEvent : byte
{
    /// <summary>The first number seen.</summary>
    First = 0,

    /// <summary>The number expected.</summary>
    InOrder,

    /// <summary>Numbers are missing before this one.</summary>
    Gap,

    /// <summary>The number seen last, again.</summary>
    Duplicate,

    /// <summary>A number from shortly before: reordered on the way, or a duplicate.</summary>
    Late,

    /// <summary>The agent began anew: nothing is lost.</summary>
    Reset,
}

/// <summary>
/// Accounts for the sequence of one sub-agent's datagrams, or of one source's samples. Numbers wrap at 2³². A restart of the agent is
/// told by its uptime (datagrams) or by a jump backwards (samples), and is not a loss.
/// </summary>
public struct SflowSequence
{
    /// <summary>A number up to this far behind is late; farther behind the agent was restarted.</summary>
    public const uint LateWindow = 1000;

    /// <summary>A number farther ahead is taken for a restart.</summary>
    public const uint GapLimit = 1 << 24;

    // Reordered datagrams show an uptime that is a little smaller; a restart shows one that is much smaller.
    private const uint UptimeToleranceMilliseconds = 60_000;

    private uint _last;
    private uint _lastUptime;
    private bool _started;

    /// <summary>Numbers seen, of any kind.</summary>
    public ulong Received { get; private set; }

    /// <summary>Numbers missing; a late one is taken off again.</summary>
    public ulong Lost { get; private set; }

    /// <summary>Numbers seen out of order or twice.</summary>
    public ulong LateOrDuplicate { get; private set; }

    /// <summary>Restarts of the agent.</summary>
    public ulong Resets { get; private set; }

    /// <summary>Accounts for a datagram's number.</summary>
    /// <param name="sequence">The datagram's sequence number.</param>
    /// <param name="uptimeMilliseconds">The datagram's uptime.</param>
    public SflowSequenceEvent Update(uint sequence, uint uptimeMilliseconds)
    {
        var back = _lastUptime - uptimeMilliseconds;
        var restarted = _started && back > UptimeToleranceMilliseconds && back < 1u << 31;
        var result = Update(sequence, restarted);
        if (result != SflowSequenceEvent.Late)
            _lastUptime = uptimeMilliseconds;
        return result;
    }

    /// <summary>Accounts for a sample's number, which has no uptime beside it.</summary>
    public SflowSequenceEvent Update(uint sequence) => Update(sequence, restarted: false);

    private SflowSequenceEvent Update(uint sequence, bool restarted)
    {
        Received++;
        if (!_started)
        {
            _started = true;
            _last = sequence;
            return SflowSequenceEvent.First;
        }

        var ahead = sequence - _last;
        var behind = _last - sequence;
        if (restarted || (ahead > GapLimit && behind > LateWindow))
        {
            Resets++;
            _last = sequence;
            return SflowSequenceEvent.Reset;
        }

        if (behind <= LateWindow)
        {
            LateOrDuplicate++;
            if (behind == 0)
                return SflowSequenceEvent.Duplicate;
            if (Lost > 0)
                Lost--;
            return SflowSequenceEvent.Late;
        }

        _last = sequence;
        Lost += ahead - 1;
        return ahead == 1 ? SflowSequenceEvent.InOrder : SflowSequenceEvent.Gap;
    }
}
