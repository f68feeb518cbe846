using System.Collections.Immutable;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

public sealed class SamplingTests
{
    private static readonly Sampling Unknown = new(0, SamplingSource.Unknown);

    private static Sampling Told(uint rate) => new(rate, SamplingSource.Options);

    // An options record with the given fields, then a data record with the given fields: the data record's sampling.
    private static Sampling After(FieldSpecifier[] options, ulong[] optionValues, (int Id, ulong Value)[] data, ExporterLimits? limits = null)
    {
        var sink = Wire.Collect(limits, Wire.Ipfix((ref writer) =>
        {
            writer.OptionsTemplate(300, options);
            writer.BeginData(300);
            for (var i = 0; i < options.Length; i++)
                writer.Integer(optionValues[i], options[i].Length);
            writer.EndRecord();
            FieldSpecifier[] fields = [Wire.Field(8, 4), .. data.Select(field => Wire.Field(field.Id, 4))];
            writer.Template(256, fields);
            writer.BeginData(256);
            writer.Integer(1, 4);
            foreach (var (_, value) in data)
                writer.Integer(value, 4);
            writer.EndRecord();
        }));
        return sink.Samplings[^1];
    }

    [Fact]
    public void NothingTold_RateIsUnknownNeverOne()
    {
        var flow = Wire.OneIpfix((8, 4, 1), (1, 4, 100));

        Assert.Equal(0u, flow.SamplingRate);
        Assert.Equal(SamplingSource.Unknown, flow.SamplingSource);
    }

    [Theory]
    [InlineData(34, 100, 0, 0, 100u)]
    [InlineData(50, 512, 0, 0, 512u)]
    [InlineData(305, 1, 306, 999, 1000u)]
    [InlineData(305, 10, 306, 90, 10u)]
    [InlineData(309, 2, 310, 2048, 1024u)]
    [InlineData(309, 2, 310, 5, 3u)]
    public void OptionsTellARate_DomainScope_HoldsForData(int id, ulong value, int otherId, ulong otherValue, uint rate)
    {
        FieldSpecifier[] options = otherId == 0
            ? [Wire.Scope(149, 4), Wire.Field(id, 4)]
            : [Wire.Scope(149, 4), Wire.Field(id, 4), Wire.Field(otherId, 4)];

        Assert.Equal(Told(rate), After(options, [1, value, otherValue], []));
    }

    [Theory]
    [InlineData(34, 0)]
    [InlineData(305, 10)]
    [InlineData(309, 0)]
    [InlineData(304, 1)]
    public void OptionsTellHalfARate_StaysUnknown(int id, ulong value) =>
        Assert.Equal(Unknown, After([Wire.Scope(149, 4), Wire.Field(id, 4)], [1, value], []));

    [Fact]
    public void SamplingProbability_Float64_IsItsInverse() => Assert.Equal(
        Told(400), After([Wire.Scope(149, 4), Wire.Field(311, 8)], [1, BitConverter.DoubleToUInt64Bits(0.0025)], []));

    [Theory]
    [InlineData(48)]
    [InlineData(302)]
    public void SelectorInOptionsAndData_RateOfThatSelector(int id)
    {
        FieldSpecifier[] options = [Wire.Scope(id, 4), Wire.Field(34, 4)];

        Assert.Equal(Told(100), After(options, [7, 100], [(id, 7)]));
        Assert.Equal(Unknown, After(options, [7, 100], [(id, 8)]));
        Assert.Equal(Told(100), After(options, [7, 100], []));
    }

    [Fact]
    public void TwoSelectors_DataWithoutSelector_Unknown()
    {
        var sink = Wire.Collect(Wire.Ipfix((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(302, 2), Wire.Field(34, 4)]);
            writer.Template(256, [Wire.Field(8, 4)]);
            writer.Template(257, [Wire.Field(8, 4), Wire.Field(302, 2)]);
            writer.BeginData(300);
            foreach (var selector in new ulong[] { 1, 2 })
            {
                writer.Integer(selector, 2);
                writer.Integer(selector * 100, 4);
                writer.EndRecord();
            }

            writer.BeginData(256);
            writer.Integer(1, 4);
            writer.EndRecord();
            writer.BeginData(257);
            foreach (var selector in new ulong[] { 2, 1 })
            {
                writer.Integer(1, 4);
                writer.Integer(selector, 2);
                writer.EndRecord();
            }
        }));

        Assert.Equal([Unknown, Told(200), Told(100)], sink.Samplings[2..]);
    }

    [Fact]
    public void InterfaceScope_DataByInterface()
    {
        FieldSpecifier[] options = [Wire.Scope(10, 4), Wire.Field(34, 4)];

        Assert.Equal(Told(64), After(options, [5, 64], [(10, 5)]));
        Assert.Equal(Told(64), After(options, [5, 64], [(10, 9), (14, 5)]));
        Assert.Equal(Unknown, After(options, [5, 64], [(10, 6)]));
    }

    [Fact]
    public void LineCardScope_DataByLineCard()
    {
        FieldSpecifier[] options = [Wire.Scope(141, 4), Wire.Field(34, 4)];

        Assert.Equal(Told(64), After(options, [2, 64], [(141, 2)]));
        Assert.Equal(Unknown, After(options, [2, 64], [(141, 3)]));
    }

    [Fact]
    public void ScopeValueZero_DataWithoutTheElement_Unknown()
    {
        Assert.Equal(Unknown, After([Wire.Scope(141, 4), Wire.Field(34, 4)], [0, 64], []));
        Assert.Equal(Told(64), After([Wire.Scope(141, 4), Wire.Field(34, 4)], [0, 64], [(141, 0)]));
        Assert.Equal(Unknown, After([Wire.Scope(10, 4), Wire.Field(34, 4)], [0, 64], []));
        Assert.Equal(Unknown, After([Wire.Scope(10, 4), Wire.Field(34, 4)], [0, 64], [(10, 6)]));
        Assert.Equal(Told(64), After([Wire.Scope(10, 4), Wire.Field(34, 4)], [0, 64], [(10, 0)]));
    }

    [Fact]
    public void InterfaceScope_DirectionSaysWhichInterface_TheOtherIsNotTried()
    {
        FieldSpecifier[] options = [Wire.Scope(10, 4), Wire.Field(34, 4)];

        Assert.Equal(Unknown, After(options, [5, 64], [(10, 9), (14, 5), (61, 0)]));
        Assert.Equal(Told(64), After(options, [5, 64], [(10, 9), (14, 5), (61, 1)]));
        Assert.Equal(Unknown, After(options, [5, 64], [(14, 5), (61, 0)]));
        Assert.Equal(Unknown, After(options, [5, 64], [(10, 5), (61, 1)]));
    }

    [Theory]
    [InlineData(0u, 100u)]
    [InlineData(5u, 0u)]
    public void NetFlow9SourceZero_HoldsForItselfOnly(uint source, uint rate)
    {
        var flows = Wire.Flows(
            Wire.NetFlow9(
                (ref writer) =>
                {
                    writer.OptionsTemplate(300, [Wire.Scope(1, 4), Wire.Field(34, 4)]);
                    writer.BeginData(300);
                    writer.Integer(0, 4);
                    writer.Integer(100, 4);
                    writer.EndRecord();
                },
                source: 0),
            Wire.NetFlow9(
                (ref writer) =>
                {
                    writer.Template(256, [Wire.Field(8, 4)]);
                    writer.BeginData(256);
                    writer.Integer(1, 4);
                    writer.EndRecord();
                },
                sequence: source == 0 ? 1u : 0,
                source: source));

        Assert.Equal(rate, Assert.Single(flows).SamplingRate);
    }

    [Fact]
    public void OtherDomainInScope_HoldsThereOnly_AndDomainZeroHoldsEverywhere()
    {
        FieldSpecifier[] options = [Wire.Scope(149, 4), Wire.Field(34, 4)];

        Assert.Equal(Unknown, After(options, [2, 100], []));
        Assert.Equal(Told(100), After(options, [0, 100], []));
    }

    [Fact]
    public void RateInTheDataRecord_WinsOverOptions() => Assert.Equal(
        new Sampling(10, SamplingSource.Header), After([Wire.Scope(149, 4), Wire.Field(34, 4)], [1, 100], [(34, 10)]));

    [Fact]
    public void RateChanges_LatestHoldsFromThenOn()
    {
        static byte[] Message(uint rate, uint sequence) => Wire.Ipfix(
            (ref writer) =>
            {
                writer.OptionsTemplate(300, [Wire.Scope(149, 4), Wire.Field(34, 4)]);
                writer.Template(256, [Wire.Field(8, 4)]);
                writer.BeginData(300);
                writer.Integer(1, 4);
                writer.Integer(rate, 4);
                writer.EndRecord();
                writer.BeginData(256);
                writer.Integer(1, 4);
                writer.EndRecord();
            },
            sequence);

        var flows = Wire.Flows(Message(100, 0), Message(200, 2));

        Assert.Equal([100u, 200u], flows.Select(flow => flow.SamplingRate));
        Assert.All(flows, flow => Assert.Equal(SamplingSource.Options, flow.SamplingSource));
    }

    [Fact]
    public void Configured_FillsTheUnknown_OrWinsWhenAsked()
    {
        var fills = new ExporterLimits { ConfiguredSamplingRate = 32 };
        FieldSpecifier[] options = [Wire.Scope(149, 4), Wire.Field(34, 4)];

        Assert.Equal(new Sampling(32, SamplingSource.Configured), After(options, [9, 100], [], fills));
        Assert.Equal(Told(100), After(options, [1, 100], [], fills));
        Assert.Equal(
            new Sampling(32, SamplingSource.Configured), After(options, [1, 100], [], fills with { ConfiguredSamplingWins = true }));
    }

    /// <summary>The messages here are of one domain: its own rate goes before that of all, another domain's does not.</summary>
    [Theory]
    [InlineData(1u, 64u)]
    [InlineData(2u, 32u)]
    public void Configured_ForOneDomain_HoldsThereAlone(uint domain, uint rate)
    {
        var limits = new ExporterLimits { ConfiguredSamplingRate = 32, ConfiguredDomainSamplingRates = ImmutableDictionary<uint, uint>.Empty.Add(domain, 64) };
        Assert.Equal(new Sampling(rate, SamplingSource.Configured), After([Wire.Scope(149, 4), Wire.Field(34, 4)], [9, 100], [], limits));
    }

    [Theory]
    [InlineData(1, 0u, 100u)] // system
    [InlineData(2, 5u, 100u)] // interface of the data
    [InlineData(2, 6u, 0u)] // another interface
    public void NetFlow9Scopes_AsRfc3954Says(int scope, uint scopeValue, uint rate)
    {
        var flows = Wire.Flows(Wire.NetFlow9((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(scope, 4), Wire.Field(34, 4), Wire.Field(35, 1)]);
            writer.Template(256, [Wire.Field(8, 4), Wire.Field(10, 2)]);
            writer.BeginData(300);
            writer.Integer(scopeValue, 4);
            writer.Integer(100, 4);
            writer.Integer(2, 1);
            writer.EndRecord();
            writer.EndSet();
            writer.BeginData(256);
            writer.Integer(1, 4);
            writer.Integer(5, 2);
            writer.EndRecord();
        }));

        Assert.Equal(rate, Assert.Single(flows).SamplingRate);
    }

    /// <summary>What is remembered from record to record never outlives its reason: the flows have the rates of records looked up one by one.</summary>
    [Theory]
    [InlineData(34)]
    [InlineData(305, 306)]
    [InlineData(309, 310)]
    [InlineData(305, 10, 306)] // an interface between the two halves of the rate
    [InlineData(305, 34, 306)] // twelve octets of rate
    [InlineData(34, 14, 10)]
    [InlineData(34, 141)]
    public void RecordsTellRates_OftenTheSame_EachHasItsOwn(params int[] ids)
    {
        var random = new Random(ids.Length);
        var datagram = Wire.Ipfix((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(10, 4), Wire.Field(34, 4)]);
            writer.Template(256, [Wire.Field(8, 4), .. ids.Select(id => Wire.Field(id, 4))]);
            writer.BeginData(300);
            foreach (var (input, rate) in new (ulong, ulong)[] { (0, 70), (1, 80) })
            {
                writer.Integer(input, 4);
                writer.Integer(rate, 4);
                writer.EndRecord();
            }

            writer.BeginData(256);
            for (var i = 0; i < 500; i++)
            {
                writer.Integer(1, 4);
                foreach (var _ in ids)
                    writer.Integer((ulong)random.Next(0, 3), 4);
                writer.EndRecord();
            }
        });

        var expected = Wire.Collect(datagram).Samplings[2..];
        Assert.Equal(expected, Wire.Flows(datagram).Select(flow => new Sampling(flow.SamplingRate, flow.SamplingSource)));
        Assert.InRange(expected.Distinct().Count(), 2, 10);
    }

    [Fact]
    public void NetFlow9SamplerId_OptionAndData_SeveralSamplers()
    {
        var flows = Wire.Flows(Wire.NetFlow9((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(1, 4), Wire.Field(48, 1), Wire.Field(49, 1), Wire.Field(50, 4)]);
            writer.Template(256, [Wire.Field(8, 4), Wire.Field(48, 1)]);
            writer.BeginData(300);
            foreach (var sampler in new ulong[] { 1, 2 })
            {
                writer.Integer(0, 4);
                writer.Integer(sampler, 1);
                writer.Integer(2, 1);
                writer.Integer(sampler * 1000, 4);
                writer.EndRecord();
            }

            writer.EndSet();
            writer.BeginData(256);
            foreach (var sampler in new ulong[] { 1, 2, 2, 3 })
            {
                writer.Integer(1, 4);
                writer.Integer(sampler, 1);
                writer.EndRecord();
            }
        }));

        Assert.Equal([1000u, 2000u, 2000u, 0u], flows.Select(flow => flow.SamplingRate));
    }

    [Fact]
    public void MoreSamplersThanTheLimit_OldestGivesWay()
    {
        var state = new ExporterState(new ExporterLimits { MaxSamplers = 8 });
        var sink = new SetCollector();
        Wire.Decode(
            Wire.Ipfix((ref writer) =>
            {
                writer.OptionsTemplate(300, [Wire.Scope(302, 4), Wire.Field(34, 4)]);
                writer.BeginData(300);
                for (ulong i = 0; i < 1000; i++)
                {
                    writer.Integer(i, 4);
                    writer.Integer(i + 1, 4);
                    writer.EndRecord();
                }
            }),
            state,
            ref sink);

        Assert.Equal(8, state.Samplers.Count);
        Assert.All(state.Samplers.All, entry => Assert.True(entry.Key.Value >= 992));
    }
}
