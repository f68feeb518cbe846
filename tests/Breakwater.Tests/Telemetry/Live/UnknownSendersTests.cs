using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Live;

public sealed class UnknownSendersTests
{
    [Fact]
    public void Count_ForgedSenders_KeepsTheBusiestWithinTheBound()
    {
        var senders = new UnknownSenders();
        var busy = Address.Parse("192.0.2.7");
        for (uint index = 0; index < 100_000; index++)
        {
            senders.Count(Address.FromIPv4(0x0A000000 + index), index);
            if (index % 10 == 0)
                senders.Count(busy, index);
        }

        var all = new Dictionary<Address, (long Datagrams, long LastReceived)>();
        senders.AddTo(all);
        Assert.Equal(UnknownSenders.Maximum, all.Count);
        Assert.Equal(110_000, senders.Datagrams);
        Assert.Equal(busy, all.MaxBy(static entry => entry.Value.Datagrams).Key);
        Assert.Equal(99_990, all[busy].LastReceived);
    }
}
