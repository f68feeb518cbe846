using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// One configured exporter. Its datagrams may come through any shard (the kernel spreads them by source port), so whoever decodes one holds
/// <see cref="Gate"/>: templates of one port hold for data of another
/// (<see href="../../../../docs/decisions/015-shards-share-exporters.md">decision 015</see>).
/// </summary>
internal sealed class LiveExporter
{
    /// <summary>Bounds of each format's state, as for files: an exporter with some hundred line cards fits.</summary>
    private static readonly ExporterLimits Limits = ExporterLimits.Default with { MaxWaitingBytes = 256 * 1024 };

    private readonly Exporter?[] _byKind = new Exporter?[(int)InputKind.Ipfix + 1];

    private volatile InterfaceRoles _interfaces;
    private InterfaceRoles _configured;

    public LiveExporter(ExporterEntry entry) => (Entry, _interfaces, _configured) = (entry, entry.Interfaces, entry.Interfaces);

    /// <summary>As configured.</summary>
    public ExporterEntry Entry { get; }

    /// <summary>Where its traffic is counted: as configured, with what is known of names. Set before use, or while no gate is open.</summary>
    public InterfaceRoles Interfaces
    {
        get => _interfaces;
        set
        {
            _configured = value;
            _interfaces = value.Resolved(Links.TakeNames());
        }
    }

    /// <summary>Its interfaces.</summary>
    public LinkTable Links { get; } = new();

    /// <summary>Held while a datagram is decoded and while counters are read.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What was noticed about its telemetry.</summary>
    public StreamSigns Signs { get; } = new();

    /// <summary>What is left out of its records under overload.</summary>
    public Shedding Shedding { get; } = new();

    /// <summary>Formats that it sent so far, over UDP.</summary>
    public IEnumerable<Exporter> Streams => _byKind.OfType<Exporter>().Concat(Sessions is null ? [] : [Sessions]);

    /// <summary>All its TCP sessions together; null before the first. Its state is that of the session being read.</summary>
    public Exporter? Sessions { get; private set; }

    /// <summary>Decodes one datagram. Only with <see cref="Gate"/> held.</summary>
    /// <returns>The first fault; records before it were delivered.</returns>
    public DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long receivedNanoseconds, TSink sink)
        where TSink : struct, IFlowSink
    {
        var kind = TelemetryRecognition.ByVersion(datagram);
        if (!TelemetryRecognition.MayGiveSomething(kind, datagram))
            return Refuse(kind == InputKind.Unknown ? DecodeError.BadVersion : DecodeError.Truncated);
        var exporter = _byKind[(int)kind] ??= new Exporter(Entry.Name, Entry.Address, kind, Entry.SamplingRate, LimitsOf(isStream: false));
        return Decode(exporter, datagram, receivedNanoseconds, sink);
    }

    /// <summary>Decodes one IPFIX message of a TCP session. Only with <see cref="Gate"/> held.</summary>
    public DecodeError DecodeSession<TSink>(ExporterState state, ReadOnlySpan<byte> message, long receivedNanoseconds, TSink sink)
        where TSink : struct, IFlowSink
    {
        Sessions ??= new Exporter(Entry.Name, Entry.Address, InputKind.Ipfix, Entry.SamplingRate, LimitsOf(isStream: true));
        Sessions.State = state;
        return Decode(Sessions, message, receivedNanoseconds, sink);
    }

    /// <summary>A TCP session is over: sets that wait for their template are given up. Only with <see cref="Gate"/> held.</summary>
    public void EndSession<TSink>(ExporterState state, TSink sink)
        where TSink : struct, IFlowSink
    {
        if (Sessions is null)
            return;
        var flows = new LiveFlows<TSink>(Sessions, this, sink);
        state.Flush(ref flows);
    }

    /// <summary>The state of a new TCP session: its templates are its own (RFC 7011 §8).</summary>
    public ExporterState NewSession() => new(LimitsOf(isStream: true));

    /// <summary>
    /// Goes on with the templates, samplers and last arrival of an entry that was configured otherwise. With both gates held, or before use.
    /// </summary>
    public void TakeOver(LiveExporter earlier)
    {
        Signs.TakeOver(earlier.Signs);
        Shedding.TakeOver(earlier.Shedding);
        Links.TakeOver(earlier.Links);
        foreach (var stream in earlier._byKind.OfType<Exporter>())
        {
            var taken = new Exporter(Entry.Name, Entry.Address, stream.Kind, Entry.SamplingRate, LimitsOf(isStream: false));
            taken.State.TryImport(stream.State.Export());
            _byKind[(int)stream.Kind] = taken;
        }
    }

    /// <summary>Templates and samplers of each format that came over UDP, for <see cref="Restore"/>. Takes <see cref="Gate"/>.</summary>
    public IEnumerable<(InputKind Kind, byte[] Templates)> Remembered()
    {
        lock (Gate)
        {
            return [.. _byKind.OfType<Exporter>().Where(static stream => stream.State.TemplateCount > 0).Select(static stream => (stream.Kind, stream.State.Export()))];
        }
    }

    /// <summary>Goes on with templates of before; those already announced again are kept. Takes <see cref="Gate"/>.</summary>
    public void Restore(InputKind kind, ReadOnlySpan<byte> templates)
    {
        if (kind is not (InputKind.NetFlow9 or InputKind.Ipfix))
            return;
        lock (Gate)
        {
            var stream = _byKind[(int)kind] ??= new Exporter(Entry.Name, Entry.Address, kind, Entry.SamplingRate, LimitsOf(isStream: false));
            stream.State.TryImport(templates);
        }
    }

    /// <summary>Names of its interfaces, for <see cref="RestoreNames"/>. Takes <see cref="Gate"/>.</summary>
    public byte[] RememberedNames()
    {
        lock (Gate)
            return Links.ExportNames();
    }

    /// <summary>Goes on with names of before; those already told again are kept. Takes <see cref="Gate"/>.</summary>
    public void RestoreNames(ReadOnlySpan<byte> names)
    {
        lock (Gate)
        {
            Links.ImportNames(names);
            _interfaces = _configured.Resolved(Links.TakeNames());
        }
    }

    private ExporterLimits LimitsOf(bool isStream) => Limits with { ConfiguredSamplingRate = Entry.SamplingRate, IsReliableTransport = isStream };

    private DecodeError Refuse(DecodeError error)
    {
        Signs.Refused++;
        return error;
    }

    private DecodeError Decode<TSink>(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds, TSink sink)
        where TSink : struct, IFlowSink
    {
        exporter.Datagrams++;
        Signs.Saw(datagram, receivedNanoseconds);
        var error = Read(exporter, datagram, receivedNanoseconds, sink);
        // What is known from here on counts from the next datagram on, live as in a replay.
        if (Links.HasNewName)
            _interfaces = _configured.Resolved(Links.TakeNames());
        exporter.Count(error);
        return error;
    }

    private DecodeError Read<TSink>(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds, TSink sink)
        where TSink : struct, IFlowSink
    {
        if (exporter.Kind == InputKind.Sflow)
        {
            var observed = new ObservedSink<TSink>(this, sink);
            var samples = new LiveSamples<TSink>(exporter, this, receivedNanoseconds, ref observed);
            return SflowDecoder.Decode(datagram, ref samples);
        }

        var flows = new LiveFlows<TSink>(exporter, this, sink);
        return exporter.Kind switch
        {
            InputKind.NetFlow5 => NetFlow5Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref flows),
            InputKind.NetFlow9 => NetFlow9Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref flows),
            _ => IpfixDecoder.Decode(datagram, receivedNanoseconds, exporter.State, ref flows),
        };
    }
}
