namespace Breakwater.Wire.Ipfix;

/// <summary>What a sequence number that was not expected means.</summary>
public enum SequenceKind : byte
{
    /// <summary>As many units as <see cref="SequenceEvent.Missing"/> never came (or are still to come, late).</summary>
    Loss = 0,

    /// <summary>The exporter began anew: nothing is known about loss.</summary>
    Reset,

    /// <summary>Older than what was seen already: a duplicate, or a datagram overtaken on its way.</summary>
    Late,

    /// <summary>Records of undecodable sets could not be counted, so the gap may or may not be a loss (RFC 7011 §3.1).</summary>
    Ambiguous,
}

/// <summary>A break in the sequence of one domain.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Expected">The number that should have come.</param>
/// <param name="Received">The number that came.</param>
/// <param name="Missing">Units between them (NetFlow v5 flows, v9 packets, IPFIX data records); 0 for resets and late ones.</param>
public readonly record struct SequenceEvent(SequenceKind Kind, uint Expected, uint Received, uint Missing);
