using Breakwater.Live;
using Breakwater.Telemetry;
using Breakwater.Tests.Incidents;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

/// <summary>Templates outlive the process: after a restart the first datagram of data is decoded.</summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 0)]
    public void FirstDataAfterARestart_IsDecodedFromWhatWasKept(bool isKept, long records)
    {
        EngineMemory memory;
        using (var before = new LiveRig())
        {
            before.Deliver(Datagrams.NetFlow9(1, before.Now, 1));
            before.Deliver(Datagrams.Ipfix(1, before.Now, 1), from: "::1");
            memory = MemoryFile.Decode(MemoryFile.Encode(before.Engine.Memory))!;
        }

        Assert.Equal([InputKind.NetFlow9, InputKind.Ipfix], memory.Templates.Select(static part => part.Kind));
        using var after = new LiveRig();
        if (isKept)
            after.Engine.Restore(memory);
        after.Deliver(Datagrams.NetFlow9(2, after.Now, 4, template: false));
        after.Deliver(Datagrams.Ipfix(2, after.Now, 6, template: false), from: "::1");
        Assert.Equal(records, after.Engine.Finish().Records);
    }

    [Fact]
    public void Keeper_WritesWithinASecondAndRestores()
    {
        using var folder = new ScratchFolder();
        List<string?> told = [];
        using (var before = new LiveRig())
        using (var keeper = new MemoryKeeper(before.Engine, folder.Path, (fault, _) => told.Add(fault)))
        {
            keeper.Start();
            before.Deliver(Datagrams.NetFlow9(1, before.Now, 1));
            var isKept = SpinWait.SpinUntil(() => MemoryFile.Read(folder.Path) is { Templates.Length: 1 }, TimeSpan.FromSeconds(10));
            Assert.True(isKept);
        }

        using var after = new LiveRig();
        using var again = new MemoryKeeper(after.Engine, folder.Path, (fault, _) => told.Add(fault));
        again.Start();
        after.Deliver(Datagrams.NetFlow9(2, after.Now, 4, template: false));
        Assert.Equal(4, after.Engine.Finish().Records);
        Assert.Empty(told);
    }

    /// <summary>Whatever a crash or a stranger left there: told, and never in the way.</summary>
    [Fact]
    public void DamagedFile_IsToldAndReplaced()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, MemoryFile.FileName), [1, 2, 3]);
        List<string?> told = [];
        using var rig = new LiveRig();
        using (var keeper = new MemoryKeeper(rig.Engine, folder.Path, (fault, _) => told.Add(fault)))
            keeper.Start();
        Assert.Contains("damaged", Assert.Single(told), StringComparison.Ordinal);
        Assert.NotNull(MemoryFile.Read(folder.Path));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(folder.Path, MemoryFile.FileName + ".unread")));
    }

    [Fact]
    public void Decode_AnyByteChangedOrCutOff_IsRefused()
    {
        var memory = new EngineMemory([new TemplateMemory(Address.Parse("192.0.2.1"), InputKind.Ipfix, [1, 2, 3])], [4, 5]);
        var encoded = MemoryFile.Encode(memory);
        var decoded = MemoryFile.Decode(encoded)!;
        Assert.Equal((memory.Templates[0].Exporter, memory.Templates[0].Kind), (decoded.Templates[0].Exporter, decoded.Templates[0].Kind));
        Assert.Equal(memory.Templates[0].Templates, decoded.Templates[0].Templates);
        Assert.Equal(memory.Baselines, decoded.Baselines);
        for (var index = 0; index < encoded.Length; index++)
        {
            Assert.Null(MemoryFile.Decode(encoded.AsSpan(0, index)));
            encoded[index] ^= 1;
            Assert.Null(MemoryFile.Decode(encoded));
            encoded[index] ^= 1;
        }
    }
}
