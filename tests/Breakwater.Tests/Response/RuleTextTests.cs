using Breakwater.Response.Rules;
using Breakwater.Tests.Bgp;

namespace Breakwater.Tests.Response;

/// <summary>Rules as text, and as FlowSpec.</summary>
public sealed class RuleTextTests
{
    [Fact]
    public void Rules_ReadAndWritten_AreTheSame()
    {
        foreach (var line in RouterRules.All)
        {
            Assert.Null(RuleText.Read(line, out var rule));
            Assert.Equal(line, rule.ToString());
            Assert.Null(RuleText.Read(rule.ToString(), out var again));
            Assert.Equal(rule, again);
        }
    }

    [Theory]
    [InlineData("destination 203.0.113.7/32", "needs 'then'")]
    [InlineData("destination 203.0.113.7/32 then", "an action is")]
    [InlineData("destination 203.0.113.7/32 then drop", "an action is")]
    [InlineData("destination 203.0.113.7/32 then rate-limit 0", "an action is")]
    [InlineData("destination 203.0.113.7/32 then mark 64", "an action is")]
    [InlineData("protocol 17 then discard", "needs a destination")]
    [InlineData("destination 203.0.113.7/32 destination 203.0.113.8/32 then discard", "twice")]
    [InlineData("destination then discard", "has no value")]
    [InlineData("destination 203.0.113.7/33 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 sourceport 53 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 source-port 53 then discard", "ports need protocol")]
    [InlineData("destination 203.0.113.7/32 protocol 17 source-port 53-52 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 protocol 17 source-port 65536 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 protocol 17 source-port 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 protocol 17 source-port 53 fragment later then discard", "no ports")]
    [InlineData("destination 203.0.113.7/32 protocol 17 tcp-flags 2/18 then discard", "need protocol 6")]
    [InlineData("destination 203.0.113.7/32 protocol 6 tcp-flags 3/2 then discard", "not understood")]
    [InlineData("destination 203.0.113.7/32 protocol 58 icmp-type 8 then discard", "needs protocol 1")]
    [InlineData("destination 203.0.113.7/32 protocol 1 icmp-code 0 then discard", "needs an icmp-type")]
    [InlineData("destination 203.0.113.7/32 source 2001:db8::1/128 then discard", "two families")]
    [InlineData("destination 203.0.113.7/32 protocol 17 then blackhole", "nothing else")]
    public void Text_ThatIsNoRule_IsToldWhy(string line, string fault) => Assert.Contains(fault, RuleText.Read(line, out _), StringComparison.Ordinal);

    /// <summary>Ranges with AND inside and OR between them: what other implementations got wrong.</summary>
    [Theory]
    [InlineData("protocol 17 source-port 53,100-200,7", "3 op1 17; 6 op1 53; 6 op3 100; 6 op69 200; 6 op1 7")]
    [InlineData("protocol 6 tcp-flags 2/18", "3 op1 6; 9 op1 2; 9 op66 16")]
    [InlineData("protocol 6 tcp-flags 0/63", "3 op1 6; 9 op2 63")]
    [InlineData("protocol 6 tcp-flags 18/18", "3 op1 6; 9 op1 18")]
    [InlineData("fragment not-later", "12 op3 2")]
    [InlineData("packet-length 0-100", "10 op3 0; 10 op69 100")]
    public void Rule_AsFlowSpec_MeansTheSame(string match, string said)
    {
        Assert.Null(RuleText.Read($"destination 203.0.113.7/32 {match} then discard", out var rule));
        var route = RuleRoutes.Of(rule, 65001)!;
        Assert.Equal("1 203.0.113.7/0-32; " + said, FlowSpecText.Of(route.Components.AsSpan(), route.Family));
    }
}
