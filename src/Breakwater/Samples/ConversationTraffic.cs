namespace Breakwater.Samples;

/// <summary>How conversations come about.</summary>
/// <param name="Plan">Draws the next one.</param>
internal sealed record ConversationProfile(Func<SeededRandom, ConversationPlan> Plan)
{
    /// <summary>Above 0: this many conversations stand from the beginning and no new ones begin (downloads, video).</summary>
    public int Standing { get; init; }

    /// <summary>Load in percent of the stated rate at a time in nanoseconds; null for a steady 100.</summary>
    public Func<long, long>? LoadPercent { get; init; }
}

/// <summary>
/// Conversations that begin at random (Poisson) times and overlap. Each one costs its packets: the next begins after as much time
/// as the stated rate needs for them, so the packet rate holds whatever the plans look like.
/// </summary>
internal sealed class ConversationTraffic : TrafficSource
{
    /// <summary>Most conversations at one time; later ones wait for the next free place.</summary>
    public const int MaximumActive = 16_384;

    /// <summary>Conversations begin this long before the window, so that the first second looks like the others.</summary>
    private const long WarmUpNanoseconds = 2_000_000_000;

    private readonly ConversationProfile _profile;
    private readonly SeededRandom _random;
    private readonly long _packetsPerSecond;
    private readonly long _startNanoseconds;
    private readonly long _endNanoseconds;
    private readonly PriorityQueue<Conversation, (long Nanoseconds, long Number)> _active = new();
    private readonly SamplePacket _discarded = new();
    private long _nextArrivalNanoseconds;
    private long _nowNanoseconds;
    private long _started;

    public ConversationTraffic(
        ConversationProfile profile, long packetsPerSecond, long startNanoseconds, long endNanoseconds, bool warmUp, SeededRandom random)
    {
        (_profile, _packetsPerSecond, _random) = (profile, packetsPerSecond, random);
        (_startNanoseconds, _endNanoseconds) = (startNanoseconds, endNanoseconds);
        _nextArrivalNanoseconds = startNanoseconds - (warmUp ? WarmUpNanoseconds : 0);
        _nowNanoseconds = _nextArrivalNanoseconds;
        for (var i = 0; i < profile.Standing; i++)
            Begin(_nextArrivalNanoseconds + (WarmUpNanoseconds * i / profile.Standing));
        if (profile.Standing > 0)
            _nextArrivalNanoseconds = Finished;
        Settle();
    }

    public override long NextNanoseconds =>
        _active.TryPeek(out _, out var due) && due.Nanoseconds < _endNanoseconds ? due.Nanoseconds : Finished;

    public override void Next(SamplePacket packet)
    {
        Step(packet);
        Settle();
    }

    /// <summary>Begins what begins before the next packet, and lets packets before the window pass unseen.</summary>
    private void Settle()
    {
        while (true)
        {
            var due = _active.TryPeek(out _, out var first) ? first.Nanoseconds : Finished;
            if (_nextArrivalNanoseconds < _endNanoseconds && _nextArrivalNanoseconds <= due && _active.Count < MaximumActive)
                Arrive();
            else if (due < _startNanoseconds)
                Step(_discarded);
            else
                return;
        }
    }

    private void Arrive()
    {
        var packets = Begin(Math.Max(_nextArrivalNanoseconds, _nowNanoseconds));
        var percent = _profile.LoadPercent?.Invoke(_nextArrivalNanoseconds) ?? 100;
        _nextArrivalNanoseconds += _random.Exponential(packets * 100_000_000_000 / (_packetsPerSecond * percent));
    }

    private long Begin(long nanoseconds)
    {
        var plan = _profile.Plan(_random);
        var conversation = new Conversation(plan, nanoseconds, _random);
        _active.Enqueue(conversation, (nanoseconds, _started++));
        return plan.PacketCount;
    }

    private void Step(SamplePacket packet)
    {
        var conversation = _active.Peek();
        _nowNanoseconds = conversation.NextNanoseconds;
        conversation.Next(packet);
        if (conversation.NextNanoseconds == Finished)
            _active.Dequeue();
        else
            _active.DequeueEnqueue(conversation, (conversation.NextNanoseconds, _started++));
    }
}
