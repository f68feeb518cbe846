using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Samples;

/// <summary>What NetFlow v9 and IPFIX share: two templates, an options record with the sampling rate, both repeated now and then.</summary>
internal abstract class TemplateOutput(DatagramFile datagrams, uint samplingRate, SeededRandom random, bool isIpfix, long? timeoutNanoseconds = null)
    : FlowOutput(datagrams, samplingRate, random, timeoutNanoseconds)
{
    protected const ushort OptionsTemplateId = 258;

    /// <summary>IE 35: packets are chosen at random.</summary>
    protected const byte RandomSampling = 2;

    /// <summary>Templates and options come with the first datagram and every so many: datagrams get lost, collectors are restarted.</summary>
    private const int DatagramsPerAnnouncement = 20;

    // Message header, templates, options template and its record: what has to fit beside the records.
    private const int OverheadBytes = 320;

    private int _datagramCount;

    protected FlowTemplate IPv4 { get; } = new(256, isIPv6: false, isIpfix);

    protected FlowTemplate IPv6 { get; } = new(257, isIPv6: true, isIpfix);

    /// <summary>The templates with records for the next message.</summary>
    protected IEnumerable<FlowTemplate> Waiting => new[] { IPv4, IPv6 }.Where(static template => template.Count > 0);

    protected override bool CanExport(in FlowRecord flow) => true;

    protected override bool HasRoomFor(in FlowRecord flow) =>
        OverheadBytes + IPv4.WaitingBytes + IPv6.WaitingBytes + TemplateOf(flow).RecordLength <= DatagramFile.MaximumDatagramBytes;

    protected override void Keep(in FlowRecord flow, FlowEndReason reason) => TemplateOf(flow).Keep(flow, reason, Clock);

    protected override ReadOnlySpan<byte> Build(Span<byte> buffer, long nanoseconds)
    {
        var message = Write(buffer, nanoseconds, announces: _datagramCount++ % DatagramsPerAnnouncement == 0);
        IPv4.Clear();
        IPv6.Clear();
        return message;
    }

    /// <summary>Writes one message with the waiting records.</summary>
    protected abstract ReadOnlySpan<byte> Write(Span<byte> buffer, long nanoseconds, bool announces);

    private FlowTemplate TemplateOf(in FlowRecord flow) => flow.Source.IsIPv4 ? IPv4 : IPv6;
}

/// <summary>NetFlow v9 (RFC 3954): times in milliseconds of uptime, 32-bit counters, sampling by options 34 and 35 for the whole system.</summary>
internal sealed class NetFlow9Output(DatagramFile datagrams, uint samplingRate, SeededRandom random, long? timeoutNanoseconds = null)
    : TemplateOutput(datagrams, samplingRate, random, isIpfix: false, timeoutNanoseconds)
{
    public const ushort CollectorPort = 2055;

    private const ushort ScopeSystem = 1;

    private static readonly FieldSpecifier[] _options =
    [
        new(ScopeSystem, 0, 4, IsScope: true),
        new(FlowElement.SamplingInterval, 0, 4),
        new(FlowElement.SamplingAlgorithm, 0, 1),
    ];

    private uint _sequence;

    protected override ReadOnlySpan<byte> Write(Span<byte> buffer, long nanoseconds, bool announces)
    {
        var writer = new NetFlow9Writer(buffer, Clock.UptimeMilliseconds(nanoseconds), (uint)(nanoseconds / 1_000_000_000), _sequence++, sourceId: 0);
        if (announces)
        {
            writer.Template(IPv4.Id, IPv4.Fields);
            writer.Template(IPv6.Id, IPv6.Fields);
            writer.OptionsTemplate(OptionsTemplateId, _options);
            writer.BeginData(OptionsTemplateId);
            writer.Integer(0, 4);
            writer.Integer(SamplingRate, 4);
            writer.Integer(RandomSampling, 1);
            writer.EndRecord();
            writer.EndSet();
        }

        foreach (var template in Waiting)
        {
            writer.BeginData(template.Id);
            for (var i = 0; i < template.Count; i++)
            {
                writer.Octets(template[i]);
                writer.EndRecord();
            }

            writer.EndSet();
        }

        return writer.TryFinish(out var packet) ? packet : throw new InvalidOperationException("a NetFlow v9 packet does not fit its buffer");
    }
}

/// <summary>IPFIX (RFC 7011): absolute times, 64-bit counters, sampling by options 34 and 35 for the observation domain.</summary>
internal sealed class IpfixOutput(DatagramFile datagrams, uint samplingRate, SeededRandom random)
    : TemplateOutput(datagrams, samplingRate, random, isIpfix: true)
{
    public const ushort CollectorPort = 4739;

    private const uint DomainId = 1;

    private static readonly FieldSpecifier[] _options =
    [
        new(FlowElement.ObservationDomainId, 0, 4, IsScope: true),
        new(FlowElement.SamplingInterval, 0, 4),
        new(FlowElement.SamplingAlgorithm, 0, 1),
    ];

    private uint _sequence;

    protected override ReadOnlySpan<byte> Write(Span<byte> buffer, long nanoseconds, bool announces)
    {
        var writer = new IpfixWriter(buffer, (uint)(nanoseconds / 1_000_000_000), _sequence, DomainId);
        if (announces)
        {
            writer.Template(IPv4.Id, IPv4.Fields);
            writer.Template(IPv6.Id, IPv6.Fields);
            writer.OptionsTemplate(OptionsTemplateId, _options);
            writer.BeginData(OptionsTemplateId);
            writer.Integer(DomainId, 4);
            writer.Integer(SamplingRate, 4);
            writer.Integer(RandomSampling, 1);
            writer.EndRecord();
            writer.EndSet();
        }

        foreach (var template in Waiting)
        {
            writer.BeginData(template.Id);
            for (var i = 0; i < template.Count; i++)
            {
                writer.Octets(template[i]);
                writer.EndRecord();
            }

            writer.EndSet();
        }

        _sequence += (uint)writer.DataRecords;
        return writer.TryFinish(out var message) ? message : throw new InvalidOperationException("an IPFIX message does not fit its buffer");
    }
}
