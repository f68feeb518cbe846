using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Price;

/// <summary>Records of standing samples made by hand: each row of a test says what is ordinary, and what is the attack.</summary>
internal sealed class Traffic(ulong seed = 1)
{
    public const long Start = 1_767_225_600_000_000_000;

    public const string Target = "203.0.113.10/32";

    private const long Second = 1_000_000_000;

    private readonly SeededRandom _random = new(seed);

    public List<StandingRecord> Records { get; } = [];

    public static Prefix Prefix(string text) => Breakwater.Detection.Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);

    /// <summary>Single packets of the ten minutes before the attack, from so many clients.</summary>
    public Traffic Before(int count, int clients, Func<SampledRecord, SampledRecord> packet) => Add(count, clients, -600, 600, 0, packet);

    /// <summary>Single packets of the attack's minute, from strangers.</summary>
    public Traffic During(int count, Func<SampledRecord, SampledRecord> packet) => Add(count, int.MaxValue, 0, 60, 1 << 30, packet);

    /// <summary>Single packets of the attack's minute, from clients of the time before.</summary>
    public Traffic Returning(int count, int clients, Func<SampledRecord, SampledRecord> packet) => Add(count, clients, 0, 60, 0, packet);

    public FilterQuestion Question(string target = Target, params string[] vectors) => new()
    {
        Target = Prefix(target),
        Vectors = [.. vectors],
        StartedNanoseconds = Start,
        NowNanoseconds = Start + (60 * Second),
        Records = Records,
        Limits = new SynthesisLimits(),
        Profile = RouterProfiles.Generic,
        Seed = seed,
    };

    public static Func<SampledRecord, SampledRecord> Udp(ushort sourcePort, ushort destinationPort, ushort length) => record => record with
    {
        Protocol = 17,
        SourcePort = sourcePort,
        DestinationPort = destinationPort,
        PacketLength = length,
        Bytes = length,
        Known = SampledFields.Ports,
    };

    public static Func<SampledRecord, SampledRecord> Tcp(ushort sourcePort, ushort destinationPort, byte flags, ushort length) => record => record with
    {
        Protocol = 6,
        SourcePort = sourcePort,
        DestinationPort = destinationPort,
        PacketLength = length,
        Bytes = length,
        TcpFlags = flags,
        Known = SampledFields.Ports | SampledFields.TcpFlags,
    };

    private Traffic Add(int count, int clients, long fromSeconds, long seconds, uint firstClient, Func<SampledRecord, SampledRecord> packet)
    {
        for (var index = 0; index < count; index++)
        {
            var at = Start + (fromSeconds * Second) + (long)(_random.NextUInt32() / 4_294_967_296.0 * seconds * Second);
            var client = firstClient + (clients == int.MaxValue ? _random.NextUInt32() >> 2 : _random.Below((uint)clients));
            Records.Add(new StandingRecord(at / (60 * Second), 1, packet(new SampledRecord
            {
                Hash = _random.NextUInt64(),
                FirstNanoseconds = at,
                Source = Address.FromIPv4(0x0B00_0000 + client),
                Destination = Address.Parse("203.0.113.10"),
                Bytes = 100,
                Packets = 1,
                SamplingRate = 1,
                SourcePort = 0,
                DestinationPort = 0,
                Protocol = 17,
                Class = 0,
                Direction = Direction.Inbound,
            })));
        }

        return this;
    }
}
