using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>Takes what a NetFlow v5 packet carries. Implemented by structs, so calls cost no dispatch.</summary>
public interface INetFlow5Sink
{
    /// <summary>The complete records, 48 octets each, back to back; read them with <see cref="NetFlow5Record"/>.</summary>
    void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records);

    /// <summary>The flow sequence did not follow its predecessor's.</summary>
    void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent);
}
