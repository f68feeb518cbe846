using Breakwater.Detection.Hosts;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>One record of the present tick, reduced to what the engine needs. The peer is the foreign side: the source of inbound traffic.</summary>
internal struct TickEntry
{
    /// <summary>The own host that the record counts for.</summary>
    public Address Host;

    public Address Peer;

    /// <summary>Hash of the own host, for the host table.</summary>
    public ulong HostHash;

    /// <summary>Hash of the peer.</summary>
    public ulong PeerHash;

    /// <summary>Hash of the record among all: copies of one conversation stand and fall each by itself.</summary>
    public ulong RecordHash;

    /// <summary>Hash of the pair whose question this record is, 0 when it asks nothing.</summary>
    public ulong AsksPair;

    /// <summary>Bytes as exported.</summary>
    public ulong Bytes;

    /// <summary>First packet's time, nanoseconds.</summary>
    public long FirstNanoseconds;

    /// <summary>How long the record's packets took, milliseconds.</summary>
    public uint DurationMilliseconds;

    /// <summary>Packets as exported.</summary>
    public uint Packets;

    /// <summary>0 while unknown.</summary>
    public uint SamplingRate;

    /// <summary>Index of the own host in the host table, -1 when it is beyond the table's limit.</summary>
    public int HostIndex;

    /// <summary>Index of its /24 or /48 in the table of aggregates, -1 for none.</summary>
    public int PrefixIndex;

    /// <summary>Hashes of what the payload asks about (HTTP path, DNS domain) and in which variant (query string, whole name); 0 when not seen.</summary>
    public uint Resource, Variant;

    public ushort SourcePort;
    public ushort DestinationPort;
    public byte Class;
    public byte Protocol;
    public Direction Direction;
    public EntryTraits Traits;

    /// <summary>Number of the service that has the host, -1 for none.</summary>
    public short Service;

    /// <summary>The engine itself looks at one in 2^this of its kind; <see cref="SamplingRate"/> has it in it.</summary>
    public byte Level;

    /// <summary>The rate that the exporter sampled at, 0 while unknown.</summary>
    public readonly uint ExportedRate => Level < 32 ? SamplingRate >> Level : 0;

    /// <summary>How many records this one stands for.</summary>
    public readonly ulong ScaledRecords => SamplingRate > 0 ? SamplingRate : 1UL << Level;

    /// <summary>Hash of the own host's address, whatever the direction.</summary>
    private readonly ulong AddressHash => HostTable.HashOf(HostHash, Direction);

    /// <summary>Hash that the sender has as a receiver, for the host table.</summary>
    public readonly ulong SenderHash => Direction == Direction.Outbound ? AddressHash : PeerHash;

    /// <summary>Hash of the pair that a question to this record's sender would have: receiver to sender.</summary>
    public readonly ulong AnswersPair => Direction == Direction.Inbound
        ? KeyedHash.OfPair(AddressHash, PeerHash, Protocol) : KeyedHash.OfPair(PeerHash, AddressHash, Protocol);

    /// <summary>Hash of the conversation: both addresses and both ports.</summary>
    public readonly ulong FlowHash => Direction == Direction.Inbound
        ? KeyedHash.OfFlow(PeerHash, AddressHash, SourcePort, DestinationPort) : KeyedHash.OfFlow(AddressHash, PeerHash, SourcePort, DestinationPort);

    /// <summary>Packets × sampling rate; an unknown rate counts as 1.</summary>
    public readonly ulong Scaled => (ulong)Packets * Math.Max(SamplingRate, 1);

    /// <summary>The entry when one in 2^level of its kind is looked at. An unknown rate stays unknown; then it stands for as many packets itself.</summary>
    public readonly TickEntry AtLevel(int level) => SamplingRate > 0
        ? this with { SamplingRate = (uint)Math.Min(uint.MaxValue, (ulong)SamplingRate << level), Level = (byte)(Level + level) }
        : this with { Packets = (uint)Math.Min(uint.MaxValue, (ulong)Packets << level), Bytes = Bytes << level, Level = (byte)(Level + level) };

    public readonly bool Has(EntryTraits traits) => (Traits & traits) == traits;
}

/// <summary>What is known of an entry besides its numbers.</summary>
[Flags]
internal enum EntryTraits : byte
{
    None = 0,

    /// <summary>It counts for an own host; else it only asks.</summary>
    HasHost = 1,

    /// <summary>Ports are known.</summary>
    HasPorts = 2,

    /// <summary>First of several fragments.</summary>
    FirstFragment = 4,

    /// <summary>The payload is a request of the protocol that its class stands for.</summary>
    IsRequest = 8,

    /// <summary>A TCP segment with data.</summary>
    HasData = 16,

    /// <summary>It asks a group of hosts.</summary>
    AsksGroup = 32,

    /// <summary>A question of the receiver to its sender has been seen; known once all questions of the tick are.</summary>
    Asked = 64,

    /// <summary>Whether it was asked for has been looked up.</summary>
    AnswerKnown = 128,
}
