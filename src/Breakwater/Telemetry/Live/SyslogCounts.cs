using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>Where the messages of one syslog input went.</summary>
internal sealed class SyslogCounts
{
    /// <summary>Messages handed on.</summary>
    public long Messages { get; set; }

    /// <summary>Messages that were cut off or too long, or stood in a stream that is no syslog.</summary>
    public long Broken { get; set; }

    /// <summary>Datagrams that the kernel dropped since no one read them in time.</summary>
    public long KernelDrops { get; set; }

    /// <summary>Connections turned away because there were too many.</summary>
    public long RefusedConnections { get; set; }

    /// <summary>Who sent without being allowed to.</summary>
    public UnknownSenders Unknown { get; } = new();

    /// <summary>The first of those, for a sentence; null: none.</summary>
    public Address? LastUnknown { get; set; }

    public void CountUnknown(Address sender, long now)
    {
        Unknown.Count(sender, now);
        LastUnknown = sender;
    }
}
