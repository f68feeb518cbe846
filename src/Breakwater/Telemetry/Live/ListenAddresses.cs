using System.Collections.Immutable;
using System.Net;

namespace Breakwater.Telemetry.Live;

/// <summary>Where telemetry is listened for.</summary>
/// <param name="Datagrams">UDP: sFlow, NetFlow and IPFIX on each of them, told apart by content.</param>
/// <param name="Streams">TCP: IPFIX.</param>
internal sealed record ListenAddresses(ImmutableArray<IPEndPoint> Datagrams, ImmutableArray<IPEndPoint> Streams)
{
    /// <summary>The same addresses in the same order.</summary>
    public bool Equals(ListenAddresses? other) =>
        other is not null && Datagrams.SequenceEqual(other.Datagrams) && Streams.SequenceEqual(other.Streams);

    public override int GetHashCode() => HashCode.Combine(Datagrams.Length, Streams.Length);
}
