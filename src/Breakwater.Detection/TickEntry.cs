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

    /// <summary>Index of the own host in the host table, -1 when it is beyond the table's limit; without an own host, of no meaning.</summary>
    public int HostIndex;

    /// <summary>Index of its /24 or /48 in the table of aggregates, -1 for none.</summary>
    public int PrefixIndex;

    /// <summary>Hashes of what the payload asks about (HTTP path, DNS domain) and in which variant (query string, whole name); 0 when not seen.</summary>
    public uint Resource, Variant;

    public ushort SourcePort;
    public ushort DestinationPort;
    public byte Class;
    public byte Protocol;
    public EntryTraits Traits;

    /// <summary>Bytes of each packet in front of its IP header and behind its end, as <see cref="Bytes"/> has them in it; <see cref="UnknownLength"/> when not known.</summary>
    public byte LinkBytes;

    /// <summary>Number of the service that has the host, -1 for none.</summary>
    public short Service;

    /// <summary>The engine itself looks at one in 2^this of its kind; <see cref="SamplingRate"/> has it in it.</summary>
    public byte Level;

    // Bit 0 the direction, bits 1 to 6 the TCP flags from FIN on, bit 7 that they are known: the entry is no longer for them.
    private byte _side;

    /// <summary>A value of <see cref="LinkBytes"/>.</summary>
    public const byte UnknownLength = byte.MaxValue;

    private const byte FlagsKnown = 0x80;
    private const uint TypeKnown = 1u << 31;

    public Direction Direction
    {
        readonly get => (Direction)(_side & 1);
        set => _side = (byte)((_side & ~1) | (byte)value);
    }

    /// <summary>TCP flags, FIN 1 to URG 32, of all packets of the record; null when not known.</summary>
    public byte? TcpFlags
    {
        readonly get => (_side & FlagsKnown) != 0 ? (byte)((_side >> 1) & 63) : null;
        set => _side = (byte)((_side & 1) | (value is { } flags ? FlagsKnown | ((flags & 63) << 1) : 0));
    }

    /// <summary>
    /// ICMP type × 256 + code; null when not known, or for another protocol. ICMP asks for no resource, so that <see cref="Variant"/> has room for it.
    /// </summary>
    public ushort? IcmpTypeCode
    {
        readonly get => Resource == 0 && (Variant & TypeKnown) != 0 && Protocol is 1 or 58 ? (ushort)Variant : null;
        set => Variant = value is { } known ? TypeKnown | known : 0;
    }

    /// <summary>Length of the IP packet in bytes when the record is exactly one packet; 0 otherwise, and when not known.</summary>
    public readonly ushort PacketLength
    {
        get
        {
            // Of an unknown rate the level is in packets and bytes (AtLevel).
            var level = SamplingRate == 0 ? Level : 0;
            if (LinkBytes == UnknownLength || level > 31 || Packets != 1u << level)
                return 0;
            var length = (long)(Bytes >> level) - LinkBytes;
            return length is > 0 and <= ushort.MaxValue ? (ushort)length : (ushort)0;
        }
    }

    /// <summary>The rate that the exporter sampled at, 0 while unknown.</summary>
    public readonly uint ExportedRate => Level < 32 ? SamplingRate >> Level : 0;

    /// <summary>How many records this one stands for.</summary>
    public readonly ulong ScaledRecords => SamplingRate > 0 ? SamplingRate : 1UL << Level;

    /// <summary>Hash of the own host's address, whatever the direction.</summary>
    public readonly ulong AddressHash => HostTable.HashOf(HostHash, Direction);

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
