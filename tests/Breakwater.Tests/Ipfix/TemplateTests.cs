using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

public sealed class TemplateTests
{
    private static readonly ExporterLimits Tcp = new() { IsReliableTransport = true };

    private static byte[] Data(ushort id = 256, int length = 4) => Wire.Ipfix((ref writer) =>
    {
        writer.BeginData(id);
        writer.Integer(5, length);
        writer.EndRecord();
    });

    private static byte[] Announce(params FieldSpecifier[] fields) => Wire.Ipfix((ref writer) => writer.Template(256, fields));

    [Fact]
    public void Withdrawal_OverTcp_TemplateGone()
    {
        var withdraw = Wire.Ipfix((ref writer) => writer.Withdraw(256));

        var sink = Wire.Collect(Tcp, Announce(Wire.Field(1, 4)), withdraw, Data());

        Assert.Equal(["1/256 Added", "1/256 Withdrawn"], sink.Templates);
        Assert.Empty(sink.Records);
        Assert.Single(sink.Undecodable);
    }

    [Fact]
    public void Withdrawal_OverUdp_IsIgnored() =>
        Assert.Single(Wire.Collect(Announce(Wire.Field(1, 4)), Wire.Ipfix((ref writer) => writer.Withdraw(256)), Data()).Records);

    [Fact]
    public void WithdrawalOfAll_OverTcp_ByKind()
    {
        var announce = Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(1, 4)]);
            writer.Template(257, [Wire.Field(2, 4)]);
            writer.OptionsTemplate(258, [Wire.Scope(149, 4), Wire.Field(34, 4)]);
        });
        var state = new ExporterState(Tcp);
        var sink = new SetCollector();

        Wire.Decode(announce, state, ref sink);
        Wire.Decode(Wire.Ipfix((ref writer) => writer.Withdraw(2)), state, ref sink);
        Assert.Equal(1, state.TemplateCount);
        Wire.Decode(Wire.Ipfix((ref writer) => writer.Withdraw(3, isOptions: true)), state, ref sink);

        Assert.Equal(0, state.TemplateCount);
    }

    [Fact]
    public void ZeroLengthTemplate_DataIsUndecodableAndNothingLoops()
    {
        var sink = Wire.Collect(Announce(Wire.Field(1, 0), Wire.Field(2, 0)), Data());

        Assert.Equal("1/256 4 ZeroLengthTemplate", Assert.Single(sink.Undecodable));
    }

    [Fact]
    public void ZeroLengthFieldAmongOthers_IsReadAsEmpty() =>
        Assert.Equal("1/256 1= 2=00000005", Assert.Single(Wire.Collect(Announce(Wire.Field(1, 0), Wire.Field(2, 4)), Data()).Records));

    [Fact]
    public void VariableLength_BothForms_AndPaddingShorterThanARecord()
    {
        var sink = Wire.Collect(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(82, 65535), Wire.Field(1, 4)]);
            writer.BeginData(256);
            writer.Variable("a"u8);
            writer.Integer(1, 4);
            writer.EndRecord();
            writer.Variable("bc"u8, longForm: true);
            writer.Integer(2, 4);
            writer.EndRecord();
            writer.Variable([]);
            writer.Integer(3, 4);
            writer.EndRecord();
            writer.EndSet(paddingBytes: 3);
        }));

        Assert.Equal(["1/256 82=61 1=00000001", "1/256 82=6263 1=00000002", "1/256 82= 1=00000003"], sink.Records);
    }

    [Fact]
    public void VariableLength_RunsPastTheSet_EarlierRecordsStayAndTheFaultIsTold()
    {
        var datagram = Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(82, 65535)]);
            writer.BeginData(256);
            writer.Variable("ok"u8);
            writer.EndRecord();
            writer.Octets([200, 1, 2, 3]);
        });
        var sink = new SetCollector();

        var error = Wire.Decode(datagram, new ExporterState(), ref sink);

        Assert.Equal(DecodeError.BadLength, error);
        Assert.Single(sink.Records);
    }

    [Fact]
    public void PaddingElement210_RepeatedWithDifferentLengths() => Assert.Equal(
        "1/256 210=00 1=00000000 210=0000",
        Assert.Single(Wire.Collect(Announce(Wire.Field(210, 1), Wire.Field(1, 4), Wire.Field(210, 2)), Wire.Ipfix((ref writer) =>
        {
            writer.BeginData(256);
            writer.Integer(0, 7);
            writer.EndRecord();
        })).Records));

    [Fact]
    public void EnterpriseElements_KeepTheirNumberAndConsumeTheirLength() => Assert.Equal(
        "1/256 9/40=0000 1=00000005",
        Assert.Single(Wire.Collect(Announce(Wire.Field(40, 2, 9), Wire.Field(1, 4)), Data(length: 6)).Records));

    [Fact]
    public void OptionsTemplate_ScopeCountZero_IsRefused()
    {
        var state = new ExporterState();
        var sink = new SetCollector();

        Wire.Decode(Wire.Ipfix((ref writer) => writer.OptionsTemplate(300, [Wire.Field(34, 4)])), state, ref sink);

        Assert.Equal((0, 1ul), (state.TemplateCount, state.Counters.RefusedTemplates));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NetFlow9Options_LengthsInOctets_PaddedOrNot(bool isPadded)
    {
        var sink = Wire.Collect(Wire.NetFlow9((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(1, 2), Wire.Field(34, 4), Wire.Field(35, 1)]);
            writer.EndSet(isPadded);
            writer.BeginData(300);
            writer.Integer(1, 2);
            writer.Integer(100, 4);
            writer.Integer(2, 1);
            writer.EndRecord();
            writer.EndSet(isPadded);
        }));

        Assert.Equal("1/300 scope:1=0001 34=00000064 35=02", Assert.Single(sink.Records));
        Assert.Equal("1/300 Added options", Assert.Single(sink.Templates));
    }

    [Fact]
    public void NetFlow9_TwoTemplatesInOneFlowSetAndRecordPadding()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        var packet = Wire.NetFlow9((ref writer) =>
        {
            writer.Template(256, [Wire.Field(4, 1)]);
            writer.Template(257, [Wire.Field(7, 2), Wire.Field(4, 1)]);
            writer.BeginData(257);
            writer.Integer(1, 3);
            writer.EndRecord();
        });

        Assert.Equal(DecodeError.None, Wire.Decode(packet, state, ref sink));
        Assert.Equal("1/257 7=0000 4=01", Assert.Single(sink.Records));
        Assert.Equal(0ul, state.Counters.CountMismatches);
    }

    [Fact]
    public void NetFlow9_HeaderCountDisagrees_IsCountedNotFatal()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        var packet = Wire.NetFlow9((ref writer) => writer.Template(256, [Wire.Field(4, 1)]));
        packet[3] = 77;

        Assert.Equal(DecodeError.None, Wire.Decode(packet, state, ref sink));
        Assert.Equal(1ul, state.Counters.CountMismatches);
    }

    [Fact]
    public void TemplateLifetime_Passed_TemplateIsDropped()
    {
        var limits = new ExporterLimits { TemplateLifetimeSeconds = 100 };
        var late = Wire.Ipfix((ref writer) => { writer.BeginData(256); writer.Integer(5, 4); writer.EndRecord(); }, time: Wire.ExportTime + 101);

        Assert.Empty(Wire.Collect(limits, Announce(Wire.Field(1, 4)), late).Records);
        Assert.Single(Wire.Collect(Announce(Wire.Field(1, 4)), late).Records);
    }

    [Fact]
    public void WaitingSet_OlderThanTheLimit_IsGivenUpWithItsReason()
    {
        var later = Wire.Ipfix((ref writer) => writer.Template(300, [Wire.Field(1, 4)]), time: Wire.ExportTime + 11);

        var sink = Wire.Collect(new ExporterLimits { MaxWaitingSeconds = 10 }, Data(), later, Announce(Wire.Field(1, 4)));

        Assert.Equal("1/256 4 WaitedTooLong", Assert.Single(sink.Undecodable));
        Assert.Empty(sink.Records);
    }

    [Fact]
    public void WaitingSets_MoreThanTheLimit_OldestIsGivenUp()
    {
        var sink = Wire.Collect(new ExporterLimits { MaxWaitingSets = 2 }, Data(1000), Data(1001), Data(1002), Data(256), Announce(Wire.Field(1, 4)));

        Assert.Equal(["1/1000 4 QueueFull", "1/1001 4 QueueFull", "1/1002 4 NoTemplate"], sink.Undecodable);
        Assert.Single(sink.Records);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(255)]
    public void ReservedSetId_IsReportedAndTheRestIsRead(int id)
    {
        var datagram = Wire.Ipfix((ref writer) =>
        {
            writer.BeginData((ushort)id);
            writer.Integer(1, 4);
            writer.Template(256, [Wire.Field(1, 4)]);
            writer.BeginData(256);
            writer.Integer(1, 4);
            writer.EndRecord();
        });
        var sink = new SetCollector();

        Assert.Equal(DecodeError.BadValue, Wire.Decode(datagram, new ExporterState(), ref sink));
        Assert.Single(sink.Records);
        Assert.Equal($"1/{id} 4 ReservedSetId", Assert.Single(sink.Undecodable));
    }

    [Fact]
    public void SetLengthZero_EndsTheMessageWithoutLooping()
    {
        byte[] datagram = [.. Wire.Ipfix((ref writer) => writer.Template(256, [Wire.Field(1, 4)])), 1, 0, 0, 0];
        datagram[3] += 4;
        var sink = new SetCollector();

        Assert.Equal(DecodeError.BadLength, Wire.Decode(datagram, new ExporterState(), ref sink));
        Assert.Single(sink.Templates);
    }

    [Fact]
    public void TemplateWithMoreFieldsThanTheLimit_IsRefusedAndTheNextIsRead()
    {
        var state = new ExporterState(new ExporterLimits { MaxFieldsPerTemplate = 4 });
        var sink = new SetCollector();
        var datagram = Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, Enumerable.Range(1, 5).Select(id => Wire.Field(id, 4)).ToArray());
            writer.Template(257, Enumerable.Range(1, 4).Select(id => Wire.Field(id, 4)).ToArray());
        });

        Wire.Decode(datagram, state, ref sink);

        Assert.Equal(["1/257 Added"], sink.Templates);
    }

    [Fact]
    public void AbsurdFieldLength_NeverFitsAndIsTold()
    {
        var sink = Wire.Collect(Announce(Wire.Field(1, 65534)), Data());

        Assert.Equal("1/256 4 LayoutMismatch", Assert.Single(sink.Undecodable));
    }

    [Fact]
    public void MessageLength_BoundsEverything()
    {
        byte[] datagram = [.. Announce(Wire.Field(1, 4)), .. Data()[16..]];
        var sink = new SetCollector();

        Assert.Equal(DecodeError.BadLength, Wire.Decode(datagram, new ExporterState(), ref sink));
        Assert.Empty(sink.Records);
    }
}
