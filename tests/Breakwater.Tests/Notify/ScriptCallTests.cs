using System.Text;
using Breakwater.Notify;

namespace Breakwater.Tests.Notify;

/// <summary>What a script is told of an incident.</summary>
public sealed class ScriptCallTests
{
    private const string Target = "\"target\":{\"kind\":\"host\",\"value\":\"192.0.2.1\",\"direction\":\"inbound\"}";

    [Theory]
    [InlineData("\"peak\":{\"packetsPerSecond\":{\"value\":99999.6,\"low\":1}}", 100_000)]
    [InlineData("\"peak\":{\"packetsPerSecond\":{\"value\":null,\"low\":1200}}", 1200)]
    [InlineData("\"peak\":{\"packetsPerSecond\":{\"value\":\"9007199254740993\"}}", 9_007_199_254_740_992)]
    [InlineData("\"peak\":{\"packetsPerSecond\":{\"value\":null,\"low\":null}}", 0)]
    [InlineData("\"peak\":{\"packetsPerSecond\":{\"value\":\"many\"}}", 0)]
    [InlineData("\"peak\":null", 0)]
    public void Begin_Rate_IsThePeakAsFarAsItIsKnown(string peak, long rate)
    {
        var call = ScriptCall.Begin($"{{{Target},{peak}}}")!;
        Assert.Equal(["192.0.2.1", "incoming", rate.ToString(System.Globalization.CultureInfo.InvariantCulture), "ban"], call.Arguments);
        Assert.Equal((ScriptCall.Unban, ""), (call.End().Action, call.End().Details));
    }

    [Theory]
    [InlineData("""{"target":{"kind":"prefix","value":"192.0.2.0/24","direction":"outbound"}}""", "192.0.2.0/24 outgoing")]
    [InlineData("""{"target":{"kind":"service","value":"portal"}}""", "portal incoming")]
    public void Begin_Target_IsWhoIsAttackedOrAttacks(string json, string told) => Assert.Equal(told, string.Join(' ', ScriptCall.Begin(json)!.Arguments[..2]));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"target\":{\"value\":\"\"}}")]
    [InlineData("{\"target\":7}")]
    public void Begin_WithoutTarget_IsNone(string json) => Assert.Null(ScriptCall.Begin(json));

    [Fact]
    public void Details_HaveSentenceReasonsAndTheIncident()
    {
        var json = $$"""{"id":"inc-1","sentence":"Attack on 192.0.2.1.",{{Target}},"reasons":[{"text":"Ten times the floor"}]}""";
        Assert.Equal($"Attack on 192.0.2.1.\n\nIncident: inc-1\n- Ten times the floor\n\n{json}\n", ScriptCall.Begin(json)!.Details);
    }

    [Fact]
    public void Details_TooLong_AreCutBetweenCharacters()
    {
        var details = ScriptCall.Begin($$"""{"sentence":"{{new string('é', 40_000)}}",{{Target}}}""")!.Details;
        Assert.InRange(Encoding.UTF8.GetByteCount(details), ScriptCall.MaximumDetailBytes - 8, ScriptCall.MaximumDetailBytes + 2);
        Assert.EndsWith("é…\n", details, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', details);
    }
}
