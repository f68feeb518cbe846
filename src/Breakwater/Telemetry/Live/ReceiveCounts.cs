using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>Where the datagrams of one receiving thread went. Written inside its gate, read when the gate is closed.</summary>
internal sealed class ReceiveCounts
{
    /// <summary>Datagrams and TCP messages read, whoever sent them.</summary>
    public long Received { get; private set; }

    /// <summary>Read to their end.</summary>
    public long Counted { get; private set; }

    /// <summary>Not readable, or only in part.</summary>
    public long Undecodable { get; private set; }

    /// <summary>Dropped by the kernel because the socket's buffer was full.</summary>
    public long KernelDrops { get; set; }

    /// <summary>Those that are ignored.</summary>
    public UnknownSenders Unknown { get; } = new();

    public void Ignore(Address source, long receivedNanoseconds)
    {
        Received++;
        Unknown.Count(source, receivedNanoseconds);
    }

    public void Count(DecodeError error)
    {
        Received++;
        if (error == DecodeError.None)
            Counted++;
        else
            Undecodable++;
    }
}
