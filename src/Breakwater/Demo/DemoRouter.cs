using Breakwater.Samples;
using Breakwater.Wire.Packet;

namespace Breakwater.Demo;

/// <summary>One router of the made day: quiet traffic without an end, its acts over it, exported as it happens. One thread.</summary>
internal sealed class DemoRouter : IDisposable
{
    private const long Second = 1_000_000_000;

    /// <summary>Between two looks at the clock, the packets of this long are made at once: 5 ms are far below a tick.</summary>
    private const long StepNanoseconds = 5_000_000;

    private readonly bool _isFlows;
    private readonly TimeProvider _time;
    private readonly LoopbackSender _sender;
    private readonly SampleOutput _output;
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private readonly Thread _thread;
    private readonly List<Playing> _playing = [];
    private readonly byte[] _frame = new byte[FrameWriter.MaximumFrameBytes];

    public DemoRouter(LoopbackSender sender, bool isFlows, TimeProvider time)
    {
        (_sender, _isFlows, _time) = (sender, isFlows, time);
        // The extension says: messages alone, one write each.
        var datagrams = new DatagramFile(sender, collectorPort: 0, ".ipfix");
        _output = isFlows
            ? new NetFlow9Output(datagrams, DemoDay.Sampling, new SeededRandom(21), Second)
            : new SflowOutput(datagrams, DemoDay.Sampling, new SeededRandom(22));
        _thread = new Thread(Run) { Name = isFlows ? "demo netflow" : "demo sflow", IsBackground = true };
    }

    /// <param name="begin">The day's beginning, which all routers share.</param>
    public void Start(DateTimeOffset begin)
    {
        var nanoseconds = (begin - DateTimeOffset.UnixEpoch).Ticks * 100;
        _playing.Add(new Playing(DemoDay.Quiet(_isFlows, 0), nanoseconds) { QuietNumber = 0 });
        foreach (var act in DemoDay.Acts.Where(act => act.IsFlows == _isFlows))
            _playing.Add(new Playing(act.Traffic, nanoseconds + (act.StartSeconds * Second)));
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        if (_thread.IsAlive)
            _thread.Join();
        _sender.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsSet)
        {
            var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            for (var index = _playing.Count - 1; index >= 0; index--)
                Renew(index);
            while (_playing.MinBy(static playing => playing.NextNanoseconds) is { } next && next.NextNanoseconds <= now)
                Emit(next);
            _stop.Wait(TimeSpan.FromTicks(StepNanoseconds / 100));
        }
    }

    /// <summary>A quiet piece that has ended is followed by the next one; an act that has ended leaves.</summary>
    private void Renew(int index)
    {
        var playing = _playing[index];
        if (playing.NextNanoseconds != TrafficSource.Finished)
            return;
        _playing.RemoveAt(index);
        if (playing.QuietNumber is { } number)
            _playing.Add(new Playing(DemoDay.Quiet(_isFlows, number + 1), playing.Begin + (DemoDay.QuietSeconds * Second)) { QuietNumber = number + 1 });
    }

    private void Emit(Playing playing)
    {
        var packet = playing.Packet;
        var inbound = playing.Options.IsOwn(packet.Destination);
        var length = FrameWriter.Write(packet, _frame, inbound);
        PacketGuard.Check(_frame.AsSpan(0, length));
        _output.Add(new SeenPacket(_frame.AsSpan(0, length), length, LinkType.Ethernet, playing.NextNanoseconds)
        {
            ChosenAmong = playing.Options.Thinning,
            InputInterface = inbound ? 1u : 2u,
            OutputInterface = inbound ? 2u : 1u,
        });
        playing.MoveNext();
    }

    /// <summary>A scenario with its packet that is due next.</summary>
    private sealed class Playing
    {
        private readonly Scenario _scenario;

        public Playing(ScenarioOptions options, long begin)
        {
            (Options, Begin, _scenario) = (options, begin, new Scenario(options));
            MoveNext();
        }

        public ScenarioOptions Options { get; }

        public long Begin { get; }

        public SamplePacket Packet { get; } = new();

        /// <summary>Null for an act.</summary>
        public int? QuietNumber { get; init; }

        public long NextNanoseconds { get; private set; }

        public void MoveNext() => NextNanoseconds = _scenario.TryNext(Packet, out var nanoseconds) ? Begin + nanoseconds : TrafficSource.Finished;
    }
}
