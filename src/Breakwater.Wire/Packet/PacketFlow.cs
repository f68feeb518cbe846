namespace Breakwater.Wire.Packet;

/// <summary>One captured packet as a flow record: what its outermost IP header says.</summary>
public static class PacketFlow
{
    /// <summary>Resets <paramref name="flow"/> and fills it from one frame; times, interfaces and sampling are the caller's.</summary>
    /// <param name="frame">The captured bytes, cut anywhere.</param>
    /// <param name="originalLengthBytes">Length of the frame on the wire: becomes <see cref="FlowRecord.Bytes"/>.</param>
    /// <param name="link">What the frame starts with.</param>
    /// <param name="flow">Without IP, or when its header was cut, source and destination stay unknown.</param>
    /// <returns>The first fault up to the outermost transport header; what was read before it stays in the record.</returns>
    public static DecodeError Read(ReadOnlySpan<byte> frame, int originalLengthBytes, LinkType link, ref FlowRecord flow)
    {
        flow = default;
        flow.Bytes = (uint)originalLengthBytes;
        return DecodeError.Unsupported;
    }
}
