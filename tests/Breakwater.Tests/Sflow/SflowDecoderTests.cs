using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.Sflow;

public sealed class SflowDecoderTests
{
    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void WrittenDatagram_Decoded_GivesTheSameSamples() => Check.One(Thousand, Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var header = SflowModels.Header(random);
        var samples = SflowModels.Samples(random);
        var error = SflowCollector.Decode(SflowModels.Write(header, samples), out var sink);
        Assert.Equal(DecodeError.None, error);
        Assert.Equal(header with { SampleCount = (uint)samples.Count }, sink.Datagram);
        Assert.Equal(samples, sink.Samples);
        Assert.All(sink.RecordErrors, e => Assert.Equal(DecodeError.None, e));
    }));

    [Fact]
    public void WrittenDatagram_CutAtEveryLength_IsTruncatedAndKeepsWhatCameBefore()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var header = SflowModels.Header(random);
            var samples = SflowModels.Samples(random);
            var datagram = SflowModels.Write(header, samples);
            for (var length = 0; length < datagram.Length; length++)
            {
                var error = SflowCollector.Decode(datagram.AsSpan(0, length), out var sink);
                Assert.True(error is DecodeError.Truncated or DecodeError.BadCount, $"{error} at {length}");
                Assert.Equal(samples.Take(sink.Samples.Count), sink.Samples);
                Assert.False(SflowDecoder.IsValid(datagram.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void SharedDatagrams_CutAtEveryLength_NeverThrowAndSayTruncated()
    {
        var count = 0;
        foreach (var (file, datagram) in SflowFiles.All())
        {
            var whole = SflowCollector.Decode(datagram, out var full);
            for (var length = 0; length < datagram.Length; length++)
            {
                var error = SflowCollector.Decode(datagram.AsSpan(0, length), out var sink);
                Assert.True(error != DecodeError.None || whole != DecodeError.None, $"{file} cut at {length} went unnoticed");
                Assert.Equal(full.Samples.Take(sink.Samples.Count), sink.Samples);
            }

            count += whole == DecodeError.None ? 1 : 0;
        }

        Assert.True(count > 30);
    }

    [Fact]
    public void RandomBytesChanged_NeverThrows()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var datagram = SflowModels.Write(SflowModels.Header(random), SflowModels.Samples(random));
            for (var i = 0; i < 3; i++)
                datagram[random.Next(datagram.Length)] = (byte)(random.Next(2) == 0 ? 0xFF : random.Next(256));
            SflowCollector.Decode(datagram, out _);
        }
    }

    [Theory]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(3u)]
    public void HostileSampleCount_ReadsWhatIsThere(uint count)
    {
        var datagram = SflowModels.Write(new SflowDatagram(), [Counter(1), Counter(2)]);
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(20), count);
        Assert.NotEqual(DecodeError.None, SflowCollector.Decode(datagram, out var sink));
        Assert.Equal([1u, 2u], sink.Samples.Select(s => s.Sequence));
    }

    [Fact]
    public void SmallerSampleCount_IsReported()
    {
        var datagram = SflowModels.Write(new SflowDatagram(), [Counter(1), Counter(2)]);
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(20), 1);
        Assert.Equal(DecodeError.BadLength, SflowCollector.Decode(datagram, out var sink));
        Assert.Single(sink.Samples);
    }

    [Theory]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0x10000u)]
    public void HostileRecordCountOrLength_StopsWithinTheSample(uint value)
    {
        var sample = Counter(1) with { Records = [new RecordModel(7, "01020304"), new RecordModel(8, "05060708")] };
        var counted = SflowModels.Write(new SflowDatagram(), [sample, Counter(2)]);
        BinaryPrimitives.WriteUInt32BigEndian(counted.AsSpan(24 + 8 + 8), value);
        Assert.Equal(DecodeError.None, SflowCollector.Decode(counted, out var sink));
        Assert.Equal(DecodeError.BadCount, sink.RecordErrors[0]);
        Assert.Equal(2, sink.Samples[0].Records.Count);
        Assert.Equal(2u, sink.Samples[1].Sequence);

        var measured = SflowModels.Write(new SflowDatagram(), [sample, Counter(2)]);
        BinaryPrimitives.WriteUInt32BigEndian(measured.AsSpan(24 + 8 + 12 + 16), value);
        SflowCollector.Decode(measured, out sink);
        Assert.Equal(DecodeError.BadLength, sink.RecordErrors[0]);
        Assert.Single(sink.Samples[0].Records);
        Assert.Equal(2u, sink.Samples[1].Sequence);
        Assert.False(SflowDecoder.IsValid(measured));
    }

    [Fact]
    public void SampleTooShortForItsType_IsLeftOutAndTheNextIsRead()
    {
        foreach (var type in new uint[] { 1, 2, 3, 4, 5 })
        {
            var buffer = new byte[200];
            var writer = new SflowWriter(buffer, new SflowDatagram());
            writer.WriteSample(new SflowTag(type), new byte[8]);
            writer.WriteSample(new SflowTag(4096 * 9 + 1), [1, 2, 3, 4]);
            Assert.Equal(DecodeError.BadLength, SflowCollector.Decode(writer.Written, out var sink));
            Assert.Equal("01020304", Assert.Single(sink.Samples).Body);
        }
    }

    [Theory]
    [InlineData(4u, DecodeError.BadVersion)]
    [InlineData(0x00050001u, DecodeError.BadVersion)]
    [InlineData(5u, DecodeError.None)]
    public void OtherVersions_AreRefused(uint version, DecodeError expected)
    {
        var datagram = SflowModels.Write(new SflowDatagram(), [Counter(1)]);
        BinaryPrimitives.WriteUInt32BigEndian(datagram, version);
        Assert.Equal(expected, SflowCollector.Decode(datagram, out _));
        Assert.Equal(expected == DecodeError.None, SflowDecoder.IsValid(datagram));
    }

    [Fact]
    public void UnknownAddressType_IsRefused()
    {
        var datagram = SflowModels.Write(new SflowDatagram(), []);
        datagram[7] = 3;
        Assert.Equal(DecodeError.BadValue, SflowCollector.Decode(datagram, out _));
    }

    [Theory]
    [InlineData(0x3FFFFFFFu, SflowInterfaceFormat.Index, 0x3FFFFFFFu, true)]
    [InlineData(0x40000100u, SflowInterfaceFormat.Discarded, 256u, false)]
    [InlineData(0x80000007u, SflowInterfaceFormat.Multiple, 7u, false)]
    [InlineData(0u, SflowInterfaceFormat.Index, 0u, false)]
    [InlineData(21u, SflowInterfaceFormat.Index, 21u, true)]
    public void CompactInterface_IsSplitIntoFormatAndValue(uint compact, SflowInterfaceFormat format, uint value, bool isKnown)
    {
        var read = SflowInterface.FromCompact(compact);
        Assert.Equal(new SflowInterface(format, value), read);
        Assert.Equal(isKnown, read.IsKnownIndex);
    }

    [Fact]
    public void ValueBeyondTheCompactForm_IsWrittenExpanded()
    {
        var sample = new SampleModel(1, 1, new SflowSource(0, 1 << 24), 1, 1, 0, default, default, 0, "");
        SflowCollector.Decode(SflowModels.Write(new SflowDatagram(), [sample]), out var sink);
        Assert.Equal(sample with { Type = 3 }, Assert.Single(sink.Samples));
    }

    [Fact]
    public void WriterWithoutRoom_SaysSo()
    {
        var datagram = SflowModels.Write(new SflowDatagram(), [Counter(1) with { Records = [new RecordModel(1, "01")] }]);
        for (var length = 0; length <= datagram.Length; length++)
        {
            var writer = new SflowWriter(new byte[length], new SflowDatagram());
            writer.BeginCounterSample(new SflowCounterSample { SequenceNumber = 1 });
            writer.WriteRecord(new SflowTag(1), [1]);
            writer.EndSample();
            Assert.Equal(length < datagram.Length, writer.Overflowed);
        }
    }

    private static SampleModel Counter(uint sequence) => new(2, sequence, new SflowSource(0, 1), 0, 0, 0, default, default, 0, "");
}
