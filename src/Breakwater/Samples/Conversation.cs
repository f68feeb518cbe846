using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>One side's speech inside a conversation, cut into segments when it is longer than one.</summary>
/// <param name="FromClient">Who speaks.</param>
/// <param name="LengthBytes">Payload bytes, at least 1.</param>
/// <param name="ThinkNanoseconds">Silence before it, besides the round trip.</param>
/// <param name="Content">The payload when it is not filler; then one segment holds it all.</param>
internal sealed record Turn(bool FromClient, int LengthBytes, long ThinkNanoseconds = 0, byte[]? Content = null);

/// <summary>What a client and a server say to each other, and how fast.</summary>
internal sealed record ConversationPlan(Address Client, Address Server, ushort ClientPort, ushort ServerPort)
{
    /// <summary>TCP with handshake and close; otherwise UDP.</summary>
    public required bool Tcp { get; init; }

    /// <summary>IP protocol when it is not TCP: UDP, or one whose packets have no ports.</summary>
    public byte Protocol { get; init; } = IpProtocol.Udp;

    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>How often the turns are gone through.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Payload bytes of a full segment.</summary>
    public int SegmentBytes { get; init; } = 1428;

    /// <summary>The receiver acknowledges every so many segments and at the end of a turn; 0 for never.</summary>
    public int AcknowledgeEvery { get; init; }

    public required long RoundTripNanoseconds { get; init; }

    /// <summary>Time between two segments of one turn.</summary>
    public long SegmentNanoseconds { get; init; } = 120_000;

    /// <summary>Ends with FIN from both sides; otherwise it falls silent.</summary>
    public bool Closes { get; init; } = true;

    /// <summary>Packets from the first to the last.</summary>
    public long PacketCount
    {
        get
        {
            long perRound = 0;
            foreach (var turn in Turns)
            {
                var segments = (turn.LengthBytes + SegmentBytes - 1) / SegmentBytes;
                perRound += segments + (AcknowledgeEvery == 0 ? 0 : (segments + AcknowledgeEvery - 1) / AcknowledgeEvery);
            }

            return (perRound * Repeats) + (Tcp ? 3 : 0) + (Tcp && Closes ? 3 : 0);
        }
    }
}

/// <summary>A plan being carried out: a small state machine that gives one packet after the other.</summary>
internal sealed class Conversation
{
    /// <summary>How long a host of the own network takes to answer: the packets are seen at its border.</summary>
    private const long LocalNanoseconds = 300_000;

    /// <summary>Payload bytes of an acknowledgement in an encrypted protocol over UDP.</summary>
    private const int UdpAcknowledgementBytes = 33;

    private readonly ConversationPlan _plan;
    private readonly SeededRandom _random;
    private Stage _stage;
    private uint _clientSequence;
    private uint _serverSequence;
    private int _turn;
    private int _round;
    private int _turnBytesSent;
    private int _unacknowledged;

    public Conversation(ConversationPlan plan, long startNanoseconds, SeededRandom random)
    {
        (_plan, _random, NextNanoseconds) = (plan, random, startNanoseconds);
        (_clientSequence, _serverSequence) = (random.NextUInt32(), random.NextUInt32());
        _stage = plan.Tcp ? Stage.Syn : Stage.Data;
    }

    private enum Stage
    {
        Syn,
        SynAck,
        HandshakeAck,
        Data,
        DataAck,
        Fin,
        FinAck,
        LastAck,
        Done,
    }

    /// <summary>When the next packet is due; <see cref="TrafficSource.Finished"/> after the last.</summary>
    public long NextNanoseconds { get; private set; }

    private Turn CurrentTurn => _plan.Turns[_turn];

    /// <summary>Describes the packet that is due and moves on.</summary>
    public void Next(SamplePacket packet)
    {
        switch (_stage)
        {
            case Stage.Syn:
                Control(packet, fromClient: true, TcpFlags.Syn);
                Go(Stage.SynAck, Answer(byClient: false));
                break;
            case Stage.SynAck:
                Control(packet, fromClient: false, TcpFlags.Syn | TcpFlags.Ack);
                Go(Stage.HandshakeAck, Answer(byClient: true));
                break;
            case Stage.HandshakeAck:
                Control(packet, fromClient: true, TcpFlags.Ack);
                BeginTurn();
                break;
            case Stage.Data:
                Data(packet);
                break;
            case Stage.DataAck:
                Acknowledge(packet);
                break;
            case Stage.Fin:
                Control(packet, fromClient: true, TcpFlags.Fin | TcpFlags.Ack);
                Go(Stage.FinAck, Answer(byClient: false));
                break;
            case Stage.FinAck:
                Control(packet, fromClient: false, TcpFlags.Fin | TcpFlags.Ack);
                Go(Stage.LastAck, Answer(byClient: true));
                break;
            default:
                Control(packet, fromClient: true, TcpFlags.Ack);
                Finish();
                break;
        }
    }

    private void Data(SamplePacket packet)
    {
        var turn = CurrentTurn;
        var length = Math.Min(_plan.SegmentBytes, turn.LengthBytes - _turnBytesSent);
        _turnBytesSent += length;
        _unacknowledged++;
        var last = _turnBytesSent == turn.LengthBytes;
        Address(packet, turn.FromClient, last ? TcpFlags.Psh | TcpFlags.Ack : TcpFlags.Ack);
        if (turn.Content is null)
            packet.Fill(length);
        else
            packet.Set(turn.Content);
        Consume(turn.FromClient, (uint)length);

        if (_plan.AcknowledgeEvery > 0 && (last || _unacknowledged == _plan.AcknowledgeEvery))
            Go(Stage.DataAck, _plan.SegmentNanoseconds / 2);
        else if (last)
            EndTurn();
        else
            Go(Stage.Data, _plan.SegmentNanoseconds);
    }

    private void Acknowledge(SamplePacket packet)
    {
        var turn = CurrentTurn;
        Address(packet, !turn.FromClient, TcpFlags.Ack);
        if (!_plan.Tcp)
            packet.Fill(UdpAcknowledgementBytes);
        _unacknowledged = 0;
        if (_turnBytesSent == turn.LengthBytes)
            EndTurn();
        else
            Go(Stage.Data, _plan.SegmentNanoseconds / 2);
    }

    private void EndTurn()
    {
        (_turnBytesSent, _unacknowledged) = (0, 0);
        if (++_turn == _plan.Turns.Count)
        {
            _turn = 0;
            _round++;
        }

        if (_round < _plan.Repeats)
            BeginTurn();
        else if (_plan is { Tcp: true, Closes: true })
            Go(Stage.Fin, Answer(byClient: true));
        else
            Finish();
    }

    private void BeginTurn()
    {
        if (_plan.Turns.Count == 0)
            Finish();
        else
            Go(Stage.Data, CurrentTurn.ThinkNanoseconds + Answer(CurrentTurn.FromClient));
    }

    private void Control(SamplePacket packet, bool fromClient, TcpFlags flags)
    {
        Address(packet, fromClient, flags);
        if ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0)
            Consume(fromClient, 1);
    }

    private void Address(SamplePacket packet, bool fromClient, TcpFlags flags)
    {
        packet.Begin(fromClient ? _plan.Client : _plan.Server, fromClient ? _plan.Server : _plan.Client,
            _plan.Tcp ? IpProtocol.Tcp : _plan.Protocol);
        packet.SourcePort = fromClient ? _plan.ClientPort : _plan.ServerPort;
        packet.DestinationPort = fromClient ? _plan.ServerPort : _plan.ClientPort;
        packet.Identification = _random.NextUInt16();
        if (!_plan.Tcp)
            return;
        packet.TcpFlags = flags;
        packet.Sequence = fromClient ? _clientSequence : _serverSequence;
        packet.Acknowledgement = (flags & TcpFlags.Ack) == 0 ? 0 : fromClient ? _serverSequence : _clientSequence;
        packet.Window = 64240;
    }

    private void Consume(bool fromClient, uint count)
    {
        if (fromClient)
            _clientSequence += count;
        else
            _serverSequence += count;
    }

    /// <summary>Until the answer of one side is seen: at once from the own network, after the round trip from elsewhere.</summary>
    private long Answer(bool byClient) => LocalNanoseconds / 2 + _random.Exponential(LocalNanoseconds / 2)
        + (DocumentationSpace.IsOwn(byClient ? _plan.Client : _plan.Server) ? 0 : _plan.RoundTripNanoseconds);

    private void Go(Stage stage, long delayNanoseconds) => (_stage, NextNanoseconds) = (stage, NextNanoseconds + delayNanoseconds);

    private void Finish() => (_stage, NextNanoseconds) = (Stage.Done, TrafficSource.Finished);
}
