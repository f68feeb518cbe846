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
            var whole = Read(datagram, templates, out var wholeError);
            for (var length = 0; length < datagram.Length; length++)
            {
                var cut = Read(datagram.AsSpan(0, length), templates, out var error);
                // NetFlow v9 has no length: a packet cut between two sets is whole. So is a damaged one cut where its damage began.
                if (datagram[1] != 9 && wholeError == DecodeError.None)
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

    [Fact]
    public void EveryCapturedDatagram_CutAtManyLengths_SameRecordsBeforeTheCut()
    {
        var captured = 0;
        foreach (var (_, exporters) in SharedCaptures.All())
        {
            foreach (var datagrams in exporters.Values)
            {
                var learned = new ExporterState();
                var ignored = new SetCollector();
                foreach (var datagram in datagrams)
                    Wire.Decode(datagram, learned, ref ignored);
                var templates = learned.Export();
                foreach (var datagram in datagrams)
                {
                    captured++;
                    var whole = Read(datagram, templates, out _);
                    // Every length in the first 200 octets, where headers and templates stand, then every seventh.
                    for (var length = 0; length < datagram.Length; length += length < 200 ? 1 : 7)
                    {
                        var cut = Read(datagram.AsSpan(0, length), templates, out _);
                        Assert.Equal(whole.Take(cut.Count), cut);
                    }
                }
            }
        }

        Assert.True(captured > 200, $"{captured} datagrams");
    }

    [Fact]
    public void EveryCapture_Decoded_CountersAgreeAndNothingStillWaits()
    {
        foreach (var (file, exporters) in SharedCaptures.All())
        {
            foreach (var datagrams in exporters.Values)
            {
                var state = new ExporterState();
                var sink = new SetCollector();
                foreach (var datagram in datagrams)
                    Wire.Decode(datagram, state, ref sink);
                state.Flush(ref sink);

                Assert.True(sink.Faults.Count == 0, $"{file}: {string.Join("; ", sink.Faults)}");
                Assert.Equal((0, 0), (state.WaitingSetCount, state.WaitingBytes));
                Assert.Equal((ulong)sink.Records.Count, state.Counters.Records);
                Assert.Equal((ulong)sink.Undecodable.Count, state.Counters.UndecodableSets);
            }
        }
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
