using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry;

/// <summary>All exporters of one run, bounded: a capture full of forged sources cannot take the memory.</summary>
internal sealed class ExporterDirectory(InputOptions options)
{
    /// <summary>Most exporters with a state of their own.</summary>
    public const int Maximum = 512;

    // A national network has some hundred exporters with some ten templates each. Together with the maximum this bounds what a capture
    // full of forged exporters can take, at about half a gigabyte.
    private static readonly ExporterLimits Limits = ExporterLimits.Default with
    {
        MaxDomains = 64,
        MaxTemplates = 256,
        MaxTemplateFields = 8192,
        MaxSamplers = 256,
        MaxWaitingBytes = 128 * 1024,
    };

    private readonly Dictionary<(Address Address, ushort Port, InputKind Kind), Exporter> _byAddress = [];
    private readonly Dictionary<(string Name, InputKind Kind), Exporter> _byName = [];
    private readonly Dictionary<Address, Exporter> _byStreamSource = [];
    private readonly List<Exporter> _all = [];

    /// <summary>In the order in which they were first seen.</summary>
    public IReadOnlyList<Exporter> All => _all;

    /// <summary>Datagrams of exporters beyond <see cref="Maximum"/>: not decoded.</summary>
    public long Refused { get; private set; }

    /// <summary>The exporter of a datagram; null when there are too many already.</summary>
    public Exporter? Of(Address source, ushort sourcePort, InputKind kind)
    {
        // RFC 7011 §8 scopes templates to the transport session; real exporters change the source port at a restart, and some
        // send templates and data from different ports, so the port counts only when the operator says so.
        var key = (source, options.SeparatePorts ? sourcePort : (ushort)0, kind);
        if (_byAddress.TryGetValue(key, out var exporter))
            return exporter;
        exporter = Add(source.ToString(), source, kind);
        if (exporter is not null)
            _byAddress.Add(key, exporter);
        return exporter;
    }

    /// <summary>The exporter of all TCP connections from one address; each session has a state of its own (RFC 7011 §8).</summary>
    public Exporter? OfStreams(Address source)
    {
        if (_byStreamSource.TryGetValue(source, out var exporter))
            return exporter;
        exporter = Add(source.ToString(), source, InputKind.Ipfix, isStream: true);
        if (exporter is not null)
            _byStreamSource.Add(source, exporter);
        return exporter;
    }

    /// <summary>The session of one IPFIX file: its templates and withdrawals hold in it alone.</summary>
    public Exporter? OfFile(string name) => Add(name, null, InputKind.Ipfix, isStream: true);

    /// <summary>The exporter of a raw datagram file.</summary>
    public Exporter? Of(string name, InputKind kind)
    {
        if (_byName.TryGetValue((name, kind), out var exporter))
            return exporter;
        exporter = Add(name, null, kind);
        if (exporter is not null)
            _byName.Add((name, kind), exporter);
        return exporter;
    }

    private Exporter? Add(string name, Address? address, InputKind kind, bool isStream = false)
    {
        if (_all.Count == Maximum)
        {
            Refused++;
            return null;
        }

        var rate = options.ConfiguredRate(name);
        var exporter = new Exporter(name, address, kind, rate, Limits with
        {
            ConfiguredSamplingRate = rate,
            ConfiguredDomainSamplingRates = options.ConfiguredDomainRates(name),
            IsReliableTransport = isStream,
        });
        _all.Add(exporter);
        return exporter;
    }
}
