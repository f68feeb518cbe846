using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

/// <summary>Every raw export datagram of the shared data, whole and cut at every length.</summary>
public sealed class SharedDatagramTests
{
    private static IEnumerable<byte[]> Datagrams()
    {
        foreach (var path in Directory.EnumerateFiles(SharedData.Path("flow-telemetry"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!path.EndsWith(".dat", StringComparison.Ordinal) && !path.EndsWith(".bin", StringComparison.Ordinal))
                continue;
            var octets = File.ReadAllBytes(path);
            if (octets.Length >= 2 && octets[0] == 0 && octets[1] is 5 or 9 or 10)
                yield return octets;
        }
    }

    [Fact]
    public void EveryDatagram_CutAtEveryLength_SameRecordsBeforeTheCut()
    {
        var datagrams = Datagrams().ToList();
        Assert.True(datagrams.Count > 30, $"{datagrams.Count} datagrams");
        foreach (var datagram in datagrams)
        {
            var learned = new ExporterState();
            var ignored = new SetCollector();
            Wire.Decode(datagram, learned, ref ignored);
            var templates = learned.Export();
            var whole = Read(datagram, templates, out _);
            for (var length = 0; length < datagram.Length; length++)
            {
                var cut = Read(datagram.AsSpan(0, length), templates, out var error);
                if (datagram[1] != 9) // NetFlow v9 has no length: a packet cut between two sets is whole
                    Assert.NotEqual(DecodeError.None, error);
                Assert.Equal(whole.Take(cut.Count), cut);
            }
        }
    }

    [Fact]
    public void EveryDatagram_EachWithTemplatesOfAll_GivesRecords()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        foreach (var datagram in Datagrams())
            Wire.Decode(datagram, state, ref sink);
        state.Flush(ref sink);

        Assert.Empty(sink.Faults);
        Assert.True(sink.Records.Count > 300, $"{sink.Records.Count} records");
    }

    private static List<string> Read(ReadOnlySpan<byte> datagram, byte[] templates, out DecodeError error)
    {
        var state = new ExporterState();
        state.TryImport(templates);
        var sink = new SetCollector();
        error = Wire.Decode(datagram, state, ref sink);
        Assert.Empty(sink.Faults);
        return sink.Records;
    }
}
