using System.Runtime.CompilerServices;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry;

/// <summary>One source of telemetry: the state that its datagrams need, and what was counted on them.</summary>
internal sealed class Exporter(string name, Address? address, InputKind kind, uint configuredRate, ExporterLimits limits)
{
    // sFlow: each agent and sub-agent behind the address counts its own datagrams.
    private readonly Dictionary<(Address Agent, uint SubAgent), SflowAgent> _agents = [];
    private SflowAgent? _lastAgent;

    /// <summary>Text of the source address, or the name that the operator gave.</summary>
    public string Name { get; } = name;

    /// <summary>Source address of its datagrams, null for raw files.</summary>
    public Address? Address { get; } = address;

    public InputKind Kind { get; } = kind;

    /// <summary>The operator's sampling rate for records that tell none, 0 without.</summary>
    public uint ConfiguredRate { get; } = configuredRate;

    /// <summary>Templates, samplers and sequence numbers; over TCP those of the session that is being read (RFC 7011 §8).</summary>
    public ExporterState State { get; set; } = new(limits);

    /// <summary>Times that octets were missing in its TCP stream, or began no message.</summary>
    public long Gaps { get; set; }

    /// <summary>What its datagrams gave so far: one that changes nothing here was no telemetry.</summary>
    public ExporterYield Yield => new(
        Records,
        UnknownSamples,
        State.Counters.Templates + State.Counters.Withdrawals,
        State.Counters.RefusedTemplates + State.Counters.UndecodableSets,
        State.WaitingSetCount);

    /// <summary>An empty state with the limits of this exporter, for a new session.</summary>
    public ExporterState NewState() => new(limits);

    public long Datagrams { get; set; }

    public long Records { get; set; }

    public long UndecodableSets { get; set; }

    /// <summary>Units that the sequence numbers say were lost: datagrams of sFlow and NetFlow v9, flows of v5, records of IPFIX.</summary>
    public long Lost { get; set; }

    /// <summary>Units that may be lost: records of sets that could not be read stand in between.</summary>
    public long AmbiguousLoss { get; set; }

    public long Resets { get; set; }

    public long Late { get; set; }

    /// <summary>True when its datagrams came on a port that is not used for telemetry by default.</summary>
    public bool Guessed { get; set; }

    /// <summary>Datagrams that could not be read to their end, by reason.</summary>
    public SortedDictionary<DecodeError, long> Errors { get; } = [];

    /// <summary>sFlow samples of types that are not read.</summary>
    public long UnknownSamples { get; set; }

    /// <summary>Most sFlow agents whose sequence numbers are followed per source address.</summary>
    public const int MaximumAgents = 4096;

    /// <summary>Datagrams of agents beyond that bound: read, but their losses are not seen.</summary>
    public long UnfollowedDatagrams { get; private set; }

    /// <summary>The rate of one flow sample: its own, or the operator's (for its sub-agent, or for all) when it tells none.</summary>
    public Sampling SamplingOf(in SflowDatagram datagram, in SflowFlowSample sample) =>
        sample.SamplingRate > 0 ? new Sampling(sample.SamplingRate, SamplingSource.Header)
        : limits.ConfiguredDomainSamplingRates.GetValueOrDefault(datagram.SubAgentId, ConfiguredRate) is var rate and > 0
            ? new Sampling(rate, SamplingSource.Configured) : Sampling.Unknown;

    /// <summary>Follows the sequence of the datagram's agent and sub-agent.</summary>
    public void Count(in SflowDatagram datagram)
    {
        if (Follow(datagram.Agent, datagram.SubAgentId) is not { } agent)
        {
            UnfollowedDatagrams++;
            return;
        }

        ref var sequence = ref agent.Sequence;
        Lost -= (long)sequence.Lost;
        Late -= (long)sequence.LateOrDuplicate;
        Resets -= (long)sequence.Resets;
        sequence.Update(datagram.SequenceNumber, datagram.UptimeMilliseconds);
        Lost += (long)sequence.Lost;
        Late += (long)sequence.LateOrDuplicate;
        Resets += (long)sequence.Resets;
    }

    /// <summary>The agent, most often that of the datagram before; null when too many are followed.</summary>
    private SflowAgent? Follow(Address address, uint subAgent)
    {
        if (_lastAgent is { } last && last.SubAgent == subAgent && last.Address == address)
            return last;
        if (!_agents.TryGetValue((address, subAgent), out var agent))
        {
            if (_agents.Count >= MaximumAgents)
                return null;
            _agents.Add((address, subAgent), agent = new SflowAgent(address, subAgent));
        }

        return _lastAgent = agent;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(DecodeError error)
    {
        if (error != DecodeError.None)
            Note(error);
    }

    private void Note(DecodeError error) => Errors[error] = Errors.GetValueOrDefault(error) + 1;

    public void Count(in SequenceEvent sequence)
    {
        switch (sequence.Kind)
        {
            case SequenceKind.Loss:
                Lost += sequence.Missing;
                break;
            case SequenceKind.Ambiguous:
                AmbiguousLoss += sequence.Missing;
                break;
            case SequenceKind.Reset:
                Resets++;
                break;
            case SequenceKind.Late:
                Late++;
                break;
        }
    }

    /// <summary>One agent and sub-agent, and its datagrams' sequence.</summary>
    private sealed class SflowAgent(Address address, uint subAgent)
    {
        public readonly Address Address = address;
        public readonly uint SubAgent = subAgent;
        public SflowSequence Sequence;
    }
}
