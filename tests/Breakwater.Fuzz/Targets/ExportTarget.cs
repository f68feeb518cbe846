using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>
/// NetFlow v9 and IPFIX: sequences of datagrams against one exporter's state. No set is lost without a word, every delivered record is
/// the slow reader's, and the state stays within its bounds.
/// </summary>
internal abstract class ExportTarget : FuzzTarget
{
    private const long FirstArrival = 1_700_000_000_000_000_000;
    private const int WindowsPerMeasurement = 64;
    private const ulong CompiledOneIn = 1_000;

    private readonly bool _isIpfix;
    private readonly ExporterLimits _limits;
    private readonly ExportAgreement _agreement = new();
    private readonly List<DeliveredSet> _delivered = [];
    private readonly List<FlowRecord> _flows = [];
    private ExporterState _state;
    private NaiveExport _oracle;
    private long _datagrams;
    private long _windows;
    private int _inputs;
    private long _sets;
    private long _shortSets;
    private long _heard;

    private protected ExportTarget(bool isIpfix, ExporterLimits limits)
    {
        (_isIpfix, _limits) = (isIpfix, limits);
        (_state, _oracle) = (new ExporterState(limits), new NaiveExport(isIpfix, limits.MaxFieldsPerTemplate));
    }

    public override bool IsSequence => true;

    public override int CapacityBytes => 12_000;

    public override int InputsPerState => 256;

    public override long StateBoundBytes => _state.MemoryBoundBytes;

    public override byte[][] Tokens =>
    [
        [0, 0, 0, 16], [0, 1, 0, 16], [0, 2, 0, 16], [0, 3, 0, 16], [1, 0], [1, 1], [1, 4], [0, 0], [0xFF, 0xFF], [0x80, 0x01], [0xFF, 0xFF, 0, 0],
        [0, 8, 0, 4], [0, 12, 0, 4], [0, 27, 0, 16], [0, 1, 0, 8], [0, 2, 0, 4], [0, 34, 0, 4], [0, 48, 0, 1], [0, 50, 0, 4], [1, 0x31, 0, 4], [0, 210, 0, 1],
        [0, 82, 0xFF, 0xFF], [0, 4, 0, 0], [0, 152, 0, 8], [0, 21, 0, 4], [0x80, 8, 0, 4, 0, 0, 0x72, 0x79], [1, 0x3B, 0xFF, 0xFF],
        [0x80, 1, 0, 4, 0, 0, 0x72, 0x79], [0x80, 2, 0, 8, 0, 0, 0x72, 0x79], [0, 232, 0, 4], [1, 0x2B, 0, 4],
    ];

    /// <summary>True with the usual limits.</summary>
    private protected bool HasUsualLimits => _limits == ExporterLimits.Default;

    /// <summary>The decoder, perhaps with the planted bug around it.</summary>
    private protected abstract DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long received, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct;

    public override void Renew()
    {
        _state = new ExporterState(_limits);
        _oracle = new NaiveExport(_isIpfix, _limits.MaxFieldsPerTemplate);
        (_datagrams, _inputs, _sets, _shortSets, _heard) = (0, 0, 0, 0, 0);
        _windows++;
    }

    public override void Repair(Span<byte> datagram)
    {
        if (datagram.Length < 24)
            return;
        datagram[0] = 0;
        datagram[1] = (byte)(_isIpfix ? 10 : 9);
        if (_isIpfix)
            (datagram[2], datagram[3]) = ((byte)(datagram.Length >> 8), (byte)datagram.Length);
        RepairSets(datagram[(_isIpfix ? 16 : 20)..]);
    }

    // The last set that runs past the end is cut to the end.
    private static void RepairSets(Span<byte> sets)
    {
        while (sets.Length >= 4)
        {
            var length = (sets[2] << 8) | sets[3];
            if (length < 4)
                return;
            if (length > sets.Length)
            {
                (sets[2], sets[3]) = ((byte)(sets.Length >> 8), (byte)sets.Length);
                return;
            }

            sets = sets[length..];
        }
    }

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var signature = default(Signature);
        var accepted = false;
        while (DatagramSequence.TryNext(ref input, out var datagram))
        {
            var events = One(datagram.ToArray(), ref signature);
            accepted |= events.Sets.Count > 0;

            // Compiling takes a millisecond, so only some layouts are tried.
            if (events.Sets.Count > 0 && Signature.Of(datagram) % CompiledOneIn == 0)
                FlowAgreement.CheckCompiled(events.Sets[^1]);
        }

        CheckBounds();
        return new Outcome(signature.Value, accepted);
    }

    private ExportEvents One(byte[] datagram, ref Signature signature)
    {
        var received = FirstArrival + (_datagrams++ * 500_000_000);
        _delivered.Clear();
        _flows.Clear();
        var events = new ExportEvents { Datagram = datagram, Sets = _delivered, Flows = _flows };
        var error = Decode(datagram, received, _state, ref events);
        signature.Add((ulong)error);
        signature.Add(events.Signature.Value);

        var known = ExportAgreement.MeaningsBefore(events, _oracle);
        var message = _oracle.Read(datagram);
        FuzzFault.Holds(message is not null || (events.Sets.Count == 0 && events.Templates == 0), "records from a message whose header cannot be read");
        if (message is null)
            return events;
        _agreement.Check(message, events, known);
        CheckNothingIsLost(message, events);
        CheckSteadyState(datagram, received, message, events);
        return events;
    }

    /// <summary>Every data set is delivered, reported, or waits; only sets that are nothing but padding may pass without a word.</summary>
    private void CheckNothingIsLost(NaiveMessage message, in ExportEvents events)
    {
        _heard += events.Sets.Count + events.UndecodableDataSets;
        foreach (var set in message.DataSets)
        {
            _sets += set.Body.Length >= 4 ? 1 : 0;
            _shortSets += set.Body.Length is > 0 and < 4 ? 1 : 0;
        }

        var known = _heard + _state.WaitingSetCount;
        FuzzFault.Holds(
            known >= _sets && known <= _sets + _shortSets,
            $"{_sets} data sets and {_shortSets} short ones so far, but {_heard} delivered or reported, and {_state.WaitingSetCount} wait");
    }

    /// <summary>
    /// A datagram of data whose templates are known is decoded without allocation. Options that name more domains than a tight limit holds
    /// make them anew each time: garbage, but bounded.
    /// </summary>
    private void CheckSteadyState(byte[] datagram, long received, NaiveMessage message, in ExportEvents events)
    {
        if (events.Sets.Count == 0 || events.Sets.Count != message.DataSets.Count || message.HasTemplates || events.UndecodableDataSets > 0
            || events.Sets.Exists(set => set.HasWaited || (set.Template.IsOptions && !HasUsualLimits)))
            return;
        var waiting = _state.WaitingSetCount;
        var bytes = Again(datagram, received);
        if (_state.WaitingSetCount == waiting)
            AllocationMeter.ExpectNone(bytes, () => Again(datagram, received));
    }

    private long Again(byte[] datagram, long received)
    {
        var nothing = new FlowExtractor<NoFlows>(default);
        var meter = AllocationMeter.Start();
        Decode(datagram, received, _state, ref nothing);
        return meter.Bytes;
    }

    private void CheckBounds()
    {
        FuzzFault.Holds(_state.TemplateCount <= Math.Max(1, _limits.MaxTemplates), $"{_state.TemplateCount} templates");
        FuzzFault.Holds(_state.WaitingSetCount <= Math.Max(1, _limits.MaxWaitingSets), $"{_state.WaitingSetCount} sets wait");
        FuzzFault.Holds(_state.WaitingBytes <= Math.Max(1, _limits.MaxWaitingBytes), $"{_state.WaitingBytes} octets wait");
        if (++_inputs < InputsPerState - 1 || _windows % WindowsPerMeasurement != 0)
            return;

        // What the state really holds is what goes away with it.
        var bound = _state.MemoryBoundBytes;
        _delivered.Clear();
        _oracle = new NaiveExport(_isIpfix, _limits.MaxFieldsPerTemplate);
        var with = GC.GetTotalMemory(forceFullCollection: true);
        Renew();
        var held = with - GC.GetTotalMemory(forceFullCollection: true);
        if (held > bound)
            throw new FuzzFault(FaultKind.Growth, $"an exporter's state held {held:N0} bytes, its bound is {bound:N0}");
    }
}
