namespace Breakwater.Wire.Ipfix;

/// <summary>What happened on one exporter's stream since its state was made.</summary>
public struct ExporterCounters
{
    /// <summary>Messages (datagrams) with a readable header.</summary>
    public ulong Messages;

    /// <summary>Complete data records handed to the sink, options records included.</summary>
    public ulong Records;

    /// <summary>Template records read, refreshes included.</summary>
    public ulong Templates;

    /// <summary>Templates replaced by another layout.</summary>
    public ulong Redefinitions;

    /// <summary>Templates withdrawn.</summary>
    public ulong Withdrawals;

    /// <summary>Template records that exceed a limit or contradict themselves, and withdrawals over UDP.</summary>
    public ulong RefusedTemplates;

    /// <summary>Templates that gave way to others because the table was full.</summary>
    public ulong EvictedTemplates;

    /// <summary>Sets that waited for a template and were read then.</summary>
    public ulong RecoveredSets;

    /// <summary>Sets that could not be read.</summary>
    public ulong UndecodableSets;

    /// <summary>Units that never came: NetFlow v5 flows, v9 packets, IPFIX data records.</summary>
    public ulong Lost;

    /// <summary>Units missing while undecodable sets made the count uncertain.</summary>
    public ulong AmbiguousLost;

    /// <summary>Exporter restarts and sequences begun anew.</summary>
    public ulong Resets;

    /// <summary>Late or duplicate messages.</summary>
    public ulong LateMessages;

    /// <summary>Headers whose record count disagrees with the sets (NetFlow v9); not a fault by itself.</summary>
    public ulong CountMismatches;
}
