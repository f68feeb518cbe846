namespace Breakwater.Wire.Packet;

/// <summary>Takes the layers of a frame, outermost first. Implemented by structs, so a call costs no dispatch.</summary>
public interface IPacketSink
{
    /// <summary>The link headers in front of the next IP header, or of a payload that is no IP. The reference is valid only during the call.</summary>
    void OnLink(in LinkLayer link);

    /// <summary>One IP header with the first fields of its transport. The reference is valid only during the call.</summary>
    /// <returns>False ends the walk: deeper layers are then not read.</returns>
    bool OnIp(in IpLayer layer);
}
