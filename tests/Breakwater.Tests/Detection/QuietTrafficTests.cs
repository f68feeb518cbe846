using Breakwater.Detection;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Ordinary traffic above the floors opens no incident; beside each case stands the attack that it resembles.</summary>
public sealed class QuietTrafficTests
{
    private static readonly Address _resolver = Address.Parse("203.0.113.53");

    /// <summary>Questions to many servers, and their answers 20 ms later.</summary>
    private static IEnumerable<FlowRecord> Conversation(int perSecond, int servers, int serverPort, int answerBytes, bool withQuestions)
    {
        var answers = Stream(perSecond, 5, (index, time) =>
            Udp(time + 20_000_000, Sender(index % servers), serverPort, _resolver, 2000 + (index % 50_000), answerBytes));
        if (!withQuestions)
            return answers;
        return answers.Concat(Stream(perSecond, 5, (index, time) =>
            Udp(time, _resolver, 2000 + (index % 50_000), Sender(index % servers), serverPort, 70)));
    }

    [Fact]
    public void Detect_ResolversOwnAnswers_AreSilent()
    {
        Assert.Empty(Detect(Conversation(3000, 400, 53, 1200, withQuestions: true)).Incidents);
        // The twin: the same answers without the questions.
        Assert.Single(Detect(Conversation(3000, 400, 53, 1200, withQuestions: false)).Incidents);
    }

    /// <summary>Watched for more than a minute without a question: from the first one on, its answers are looked up again.</summary>
    [Fact]
    public void Detect_AnswersToAHostThatWasSilentForLong_AreSilent()
    {
        const int silentSeconds = 90;
        List<FlowRecord> Lookups(bool withQuestions) =>
        [
            .. Stream(20, silentSeconds + 5, (index, time) => Udp(time, Sender(7), 40_000, _resolver, 4500, 200)),
            .. Stream(3000, 5, (index, time) => Udp(time + 20_000_000, Sender(index % 400), 53, _resolver, 2000 + (index % 50_000), 1200), after: silentSeconds),
            .. withQuestions ? Stream(3000, 5, (index, time) => Udp(time, _resolver, 2000 + (index % 50_000), Sender(index % 400), 53, 70), after: silentSeconds) : [],
        ];

        Assert.Empty(Detect(Lookups(withQuestions: true)).Incidents);
        Assert.Single(Detect(Lookups(withQuestions: false)).Incidents);
    }

    [Fact]
    public void Detect_ResolversAnswersSeenOneWay_AreSilent() =>
        Assert.Empty(Detect(Conversation(3000, 400, 53, 180, withQuestions: false)).Incidents);

    [Fact]
    public void Detect_BrowsersBehindOneAddressSeenOneWay_AreSilent() =>
        Assert.Empty(Detect(Conversation(20_000, 2000, 443, 1250, withQuestions: false)).Incidents);

    /// <summary>
    /// Questions asked at the start of thirty seconds are remembered until the next thirty are over, and no longer; whether they are traffic of the servers, or, of a configured
    /// host, its own.
    /// </summary>
    [Theory]
    [InlineData(59.5, false, 0)]
    [InlineData(61.5, false, 1)]
    [InlineData(59.5, true, 0)]
    [InlineData(61.5, true, 1)]
    public void Detect_AnswersOfServersAskedLongAgo(double secondsAfter, bool isConfigured, int incidents)
    {
        // Start lies 10 s before such a start.
        const double asked = 100.05;
        List<FlowRecord> flows =
        [
            .. Stream(20, asked + 65, (index, time) => Udp(time, Sender(7), 40_000, _resolver, 4500, 200)),
            .. Stream(20_000, 0.02, (index, time) => Udp(time, _resolver, 2000 + index, Sender(index), 53, 70), after: asked),
            .. Stream(20_000, 0.3, (index, time) => Udp(time, Sender(index % 400), 53, _resolver, 2000 + (index % 400), 1200), after: asked + secondsAfter),
        ];

        var options = new DetectorOptions { Protect = isConfigured ? [new Prefix(_resolver, 32)] : [] };
        Assert.Equal(incidents, Detect(flows, options).Incidents.Length);
    }

    [Fact]
    public void Detect_AnswersToASearchOfAHostThatWasSilentForLong_AreSilent()
    {
        const int silentSeconds = 90;
        var group = Address.Parse("239.255.255.250");
        List<FlowRecord> flows =
        [
            .. Stream(20, silentSeconds + 5, (index, time) => Udp(time, Sender(50), 40_000, Victim, 4500, 200)),
            .. Stream(200, 5, (index, time) => Udp(time + 1_000_000, Sender(index % 40), 1900, Victim, 800, 320), after: silentSeconds),
        ];
        var search = Udp(Start + (silentSeconds * 1_000_000_000L), Victim, 800, group, 1900, 150);

        Assert.Empty(Detect(flows.Append(search)).Incidents);
        Assert.Single(Detect(flows).Incidents);
    }

    [Fact]
    public void Detect_AnswersToAMulticastSearch_AreSilent()
    {
        var group = Address.Parse("239.255.255.250");
        List<FlowRecord> Answers() => Stream(200, 5, (index, time) => Udp(time + 1_000_000, Sender(index % 40), 1900, Victim, 800, 320));
        var search = Udp(Start, Victim, 800, group, 1900, 150);

        Assert.Empty(Detect(Answers().Append(search)).Incidents);
        Assert.Equal(Vector.SsdpAmplification, Assert.Single(Assert.Single(Detect(Answers()).Incidents).Vectors).Vector);
    }

    [Fact]
    public void Detect_FlashCrowdThatCompletesItsHandshakes_IsSilent()
    {
        List<FlowRecord> Crowd(bool completed) =>
        [
            .. Stream(3000, 5, static (index, time) => Tcp(time, Sender(index), 30_000 + (index % 30_000), Victim, 443, Syn)),
            .. Stream(completed ? 3000 : 30, 5, static (index, time) => Tcp(time + 40_000_000, Sender(index), 30_000 + (index % 30_000), Victim, 443, Ack)),
            .. Stream(completed ? 3000 : 30, 5, static (index, time) => Tcp(time + 41_000_000, Sender(index), 30_000 + (index % 30_000), Victim, 443, Push | Ack)),
        ];

        Assert.Empty(Detect(Crowd(completed: true)).Incidents);
        Assert.Equal(Vector.SynFlood, Assert.Single(Assert.Single(Detect(Crowd(completed: false)).Incidents).Vectors).Vector);
    }

    [Fact]
    public void Detect_LargeUploadSeenOneWay_IsSilent() =>
        Assert.Empty(Detect(Stream(80_000, 2, static (_, time) => Tcp(time, Sender(1), 50_000, Victim, 443, Ack, 1500))).Incidents);

    [Fact]
    public void Detect_UdpStreamOfOneConversation_IsSilent()
    {
        Assert.Empty(Detect(Stream(20_000, 2, static (_, time) => Udp(time, Sender(1), 50_000, Victim, 40_000, 1300))).Incidents);
        // The twin: the same rate and sender, but to every port.
        Assert.Single(Detect(Stream(60_000, 2, static (index, time) => Udp(time, Sender(1), 50_000, Victim, 1024 + (index % 60_000), 1300))).Incidents);
    }

    [Fact]
    public void Detect_PortScan_IsSilent() =>
        Assert.Empty(Detect(Stream(3000, 10, static (index, time) => Tcp(time, Sender(1), 55_555, Victim, 1 + (index % 65_535), Syn))).Incidents);

    [Fact]
    public void Detect_GreTunnel_IsSilent() =>
        Assert.Empty(Detect(Stream(50_000, 2, static (_, time) => Ip(time, Sender(1), Victim, 47, 1400))).Incidents);

    [Fact]
    public void Detect_AckedConnectionsBothDirections_AreSilent()
    {
        var inbound = Stream(5000, 3, static (index, time) => Tcp(time, Sender(index % 3000), 40_000, Victim, 443, Ack));
        var outbound = Stream(5000, 3, static (index, time) => Tcp(time, Victim, 443, Sender(index % 3000), 40_000, Ack, 1500));

        Assert.Empty(Detect(inbound.Concat(outbound), new DetectorOptions()).Incidents);
    }

    [Fact]
    public void Detect_LongFlowExportedAtOnce_CountsWithItsOwnRate()
    {
        FlowRecord Export(long seconds)
        {
            var flow = Icmp(Start, Sender(1), Victim, 8);
            flow.Packets = 6000;
            flow.Bytes = 6000 * 84;
            flow.StartNanoseconds = Start - (seconds * 1_000_000_000);
            return flow;
        }

        Assert.Empty(Detect([Export(60)]).Incidents);
        Assert.Single(Detect([Export(1)]).Incidents);
    }
}
