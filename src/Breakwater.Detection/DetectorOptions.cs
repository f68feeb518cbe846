using System.Collections.Immutable;

namespace Breakwater.Detection;

/// <summary>
/// What a detector is told before the first record. Everything here changes verdicts, so all of it is part of the configuration hash
/// (<see cref="Canonical"/>). Rates are packets per second towards one host.
/// </summary>
public sealed record DetectorOptions
{
    /// <summary>Only hosts inside these networks are targets; empty: every destination may be one.</summary>
    public ImmutableArray<Prefix> Protect { get; init; } = [];

    /// <summary>Reflected replies, unfinished SYNs, unexpected SYN-ACKs, ICMP and IPv6 extension headers: lowest rate of an attack.</summary>
    public int ShapedFloorPacketsPerSecond { get; init; } = 500;

    /// <summary>ACK, RST, FIN, null and Xmas segments without a session, and fragments: lowest rate of an attack.</summary>
    public int SegmentFloorPacketsPerSecond { get; init; } = 1_000;

    /// <summary>UDP without a telling port: lowest rate of an attack.</summary>
    public int UdpFloorPacketsPerSecond { get; init; } = 2_000;

    /// <summary>GRE and other IP protocols, from 64 senders or more: lowest rate of an attack.</summary>
    public int TunnelFloorPacketsPerSecond { get; init; } = 2_000;

    /// <summary>Replies nobody asked for are evidence at any rate from this many packets on (within a minute, unsampled).</summary>
    public int UnaskedRepliesFloorPackets { get; init; } = 100;

    /// <summary>Fewest distinct sources of a reflection.</summary>
    public int ReflectionSources { get; init; } = 10;

    /// <summary>Fewest distinct sources that tell a crowd of forged senders from a few busy ones.</summary>
    public int CrowdSources { get; init; } = 256;

    /// <summary>
    /// One-sided normal quantile of the alarm test; 4.75 is a false-alarm probability of about 1e-6 for each look at one host and vector
    /// (ten looks a second).
    /// </summary>
    public double AlarmQuantile { get; init; } = 4.75;

    /// <summary>An incident closes after this long without traffic above half of the floor.</summary>
    public int QuietSeconds { get; init; } = 60;

    /// <summary>Most destination hosts counted at a time; traffic to further ones is counted only in sum.</summary>
    public int MaxHosts { get; init; } = 1 << 20;

    /// <summary>Most hosts watched closely (distinct sources, ports, windows per vector) at a time.</summary>
    public int MaxDossiers { get; init; } = 256;

    /// <summary>Most records of one tick whose sources and ports are studied; further ones are only counted.</summary>
    public int MaxTickRecords { get; init; } = 1 << 20;

    /// <summary>Seeds the hashes of all sketches: the same seed gives the same verdicts.</summary>
    public ulong Seed { get; init; } = 0x6272_6561_6B77_6174;

    /// <summary>All settings in a fixed order and spelling: equal options give equal text.</summary>
    public string Canonical() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
        protect={string.Join(',', Protect.Select(static prefix => prefix.ToString()).Order(StringComparer.Ordinal))}
        floors={ShapedFloorPacketsPerSecond},{SegmentFloorPacketsPerSecond},{UdpFloorPacketsPerSecond},{TunnelFloorPacketsPerSecond},{UnaskedRepliesFloorPackets}
        sources={ReflectionSources},{CrowdSources}
        alarm={AlarmQuantile:R}
        quiet={QuietSeconds}
        limits={MaxHosts},{MaxDossiers},{MaxTickRecords}
        seed={Seed}
        """).ReplaceLineEndings("\n");
}
