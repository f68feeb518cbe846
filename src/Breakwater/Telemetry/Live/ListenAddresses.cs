using System.Collections.Immutable;
using System.Net;

namespace Breakwater.Telemetry.Live;

/// <summary>Where telemetry is listened for.</summary>
/// <param name="Datagrams">UDP: sFlow, NetFlow and IPFIX on each of them, told apart by content.</param>
/// <param name="Streams">TCP: IPFIX.</param>
internal sealed record ListenAddresses(ImmutableArray<IPEndPoint> Datagrams, ImmutableArray<IPEndPoint> Streams);
