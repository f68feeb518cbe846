using System.Security.Cryptography;
using Breakwater.Live;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Incidents;
using Breakwater.Wire;
using Breakwater.Wire.NetFlow;

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

    /// <summary>A sampling rate of before the restart is used, and marked until it is told again.</summary>
    [Fact]
    public void RestoredSampler_IsStaleUntilItIsToldAgain()
    {
        EngineMemory memory;
        using (var before = new LiveRig())
        {
            before.Deliver(Sampler(before.Now));
            before.Deliver(Datagrams.NetFlow9(2, before.Now, 4, rate: 0));
            before.Tick(TimeSpan.FromSeconds(1));
            Assert.Empty(Edge(before).Conditions);
            memory = before.Engine.Memory;
        }

        using var after = new LiveRig();
        after.Engine.Restore(memory);
        after.Deliver(Datagrams.NetFlow9(3, after.Now, 4, rate: 0));
        after.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(100u, Edge(after).SamplingRate);
        Assert.Contains(Edge(after).Conditions, static condition => condition.Kind == HealthConditionKind.SamplingStale);
        after.Deliver(Sampler(after.Now));
        after.Tick(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(Edge(after).Conditions, static condition => condition.Kind == HealthConditionKind.SamplingStale);
    }

    /// <summary>A kept rate that no record uses any more is no reason for doubt; one in use stays one.</summary>
    [Theory]
    [InlineData(0u, true)]
    [InlineData(1u, false)]
    public void RestoredSampler_IsStaleWhileItIsUsed(uint rate, bool isStale)
    {
        EngineMemory memory;
        using (var before = new LiveRig())
        {
            before.Deliver(Sampler(before.Now));
            memory = before.Engine.Memory;
        }

        using var after = new LiveRig();
        after.Engine.Restore(memory);
        after.Deliver(Datagrams.NetFlow9(3, after.Now, 4, rate: 0));
        after.Tick(TimeSpan.FromSeconds(1));
        Assert.Contains(Edge(after).Conditions, static condition => condition.Kind == HealthConditionKind.SamplingStale);
        for (uint second = 0; second < 65; second++)
        {
            after.Deliver(Datagrams.NetFlow9(4 + second, after.Now, 4, rate: rate));
            after.Tick(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(isStale, Edge(after).Conditions.Any(static condition => condition.Kind == HealthConditionKind.SamplingStale));
    }

    /// <summary>A file of before names were kept is read.</summary>
    [Fact]
    public void Decode_WithoutNames_IsOfBefore()
    {
        var encoded = MemoryFile.Encode(new EngineMemory([], [4, 5]) { Names = [] });
        var old = encoded[..^(4 + SHA256.HashSizeInBytes)];
        old[3] = (byte)'1';
        Assert.Equal([4, 5], MemoryFile.Decode([.. old, .. SHA256.HashData(old)])!.Baselines);
        old[3] = (byte)'2';
        Assert.Null(MemoryFile.Decode([.. old, .. SHA256.HashData(old)]));
    }

    private static ExporterHealth Edge(LiveRig rig) => rig.Engine.Health.Exporters.Single(static exporter => exporter.Name == "edge");

    /// <summary>Options of NetFlow v9: sampler 1 takes 1 in 100 (fields 48 and 50, RFC 3954 §8).</summary>
    private static byte[] Sampler(long nanoseconds)
    {
        var writer = new NetFlow9Writer(new byte[1500], 1_000_000, (uint)(nanoseconds / 1_000_000_000), 1, 1);
        writer.OptionsTemplate(301, [new(1, 0, 4, true), new(48, 0, 1, false), new(50, 0, 4, false)]);
        writer.BeginData(301);
        writer.Integer(1, 4);
        writer.Integer(1, 1);
        writer.Integer(100, 4);
        writer.EndRecord();
        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
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
        var memory = new EngineMemory([new TemplateMemory(Address.Parse("192.0.2.1"), InputKind.Ipfix, [1, 2, 3])], [4, 5]) { Names = [new NameMemory(Address.Parse("192.0.2.2"), [6])] };
        var encoded = MemoryFile.Encode(memory);
        var decoded = MemoryFile.Decode(encoded)!;
        Assert.Equal((memory.Templates[0].Exporter, memory.Templates[0].Kind), (decoded.Templates[0].Exporter, decoded.Templates[0].Kind));
        Assert.Equal(memory.Templates[0].Templates, decoded.Templates[0].Templates);
        Assert.Equal(memory.Baselines, decoded.Baselines);
        Assert.Equal((memory.Names[0].Exporter, memory.Names[0].Names[0]), (decoded.Names[0].Exporter, Assert.Single(decoded.Names[0].Names)));
        for (var index = 0; index < encoded.Length; index++)
        {
            Assert.Null(MemoryFile.Decode(encoded.AsSpan(0, index)));
            encoded[index] ^= 1;
            Assert.Null(MemoryFile.Decode(encoded));
            encoded[index] ^= 1;
        }
    }
}
