namespace Breakwater.Wire.Ipfix;

/// <summary>Octets of a stream of messages that could not be read.</summary>
/// <param name="Offset">Where they begin, in octets from the start of the stream.</param>
/// <param name="LengthBytes">How many were passed over.</param>
/// <param name="Error">Why.</param>
public readonly record struct MessageDamage(long Offset, long LengthBytes, DecodeError Error);
