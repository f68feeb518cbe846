using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Sflow;

/// <summary>
/// tcpdump's text of the sFlow captures, compared as a list of facts: datagram headers, sample headers, record tags and lengths, and every
/// number of the interface and Ethernet counters (which tcpdump prints in the order of the structure).
/// </summary>
public sealed partial class SflowTcpdumpTests
{
    [Theory]
    [InlineData("multiple_counter_30_pdus", 1500)]
    [InlineData("expanded", 6)]
    [InlineData("print-segv", 0)]
    public void TcpdumpText_IsWhatIsDecoded(string capture, int leastFacts)
    {
        var text = File.ReadAllText(SharedData.Path($"flow-telemetry/tcpdump/sflow_{capture}.out"));
        var expected = Facts(text);
        var actual = new List<string>();
        foreach (var datagram in SflowFiles.FromCapture(SharedData.Path($"flow-telemetry/tcpdump/sflow_{capture}.pcap")))
        {
            var sink = new FactSink { Facts = actual, Length = datagram.Length };
            var error = SflowDecoder.Decode(datagram, ref sink);
            if (sink.IsEmpty)
                actual.Add(error == DecodeError.BadVersion ? "not supported" : "invalid");
        }

        Assert.Equal(expected, actual);
        Assert.InRange(expected.Count, leastFacts, int.MaxValue);
    }

    [Fact]
    public void ChangedNumberInTheText_IsFoundOut()
    {
        const string Line = "\t      ifindex 55, iftype 117, ifspeed 1000000000, ifdirection 1 (full-duplex)";
        Assert.NotEqual(Facts(Line), Facts(Line.Replace("117", "118", StringComparison.Ordinal)));
    }

    private static List<string> Facts(string text)
    {
        var facts = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (Header().Match(line) is { Success: true } header)
                facts.Add($"datagram {string.Join(' ', header.Groups.Values.Skip(1))}");
            else if (line.Contains("packet not supported", StringComparison.Ordinal))
                facts.Add("not supported");
            else if (line.Contains("(invalid)", StringComparison.Ordinal))
                facts.Add("invalid");
            else if (Sample().Match(line) is { Success: true } sample)
                facts.Add($"sample {sample.Groups["type"]} {Numbers(sample.Groups["rest"].Value)}");
            else if (Record().Match(line) is { Success: true } record)
                facts.Add($"record {string.Join(' ', record.Groups.Values.Skip(1))}");
            else if (line.StartsWith("\t      ", StringComparison.Ordinal) && !line.Contains("protocol", StringComparison.Ordinal))
                facts.AddRange(Number().Matches(line).Select(m => m.Value.Trim()));
            else if (RawHeader().Match(line) is { Success: true } raw)
                facts.Add($"raw {string.Join(' ', raw.Groups.Values.Skip(1))}");
        }

        return facts;
    }

    private static string Numbers(string text) => string.Join(' ', Number().Matches(text).Select(m => m.Value.Trim()));

    [GeneratedRegex(
        @"sFlowv5, IPv4 agent (?<agent>[0-9.]+), agent-id (?<id>\d+), seqnum (?<sequence>\d+), uptime (?<uptime>\d+), samples (?<samples>\d+), length (?<length>\d+)",
        RegexOptions.None, 5000)]
    private static partial Regex Header();

    [GeneratedRegex(@"sample \((?<type>\d)\), (?<rest>length.*)$", RegexOptions.None, 5000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"enterprise (?<enterprise>\d+),? [^(]*\((?<format>\d+)\) length (?<length>\d+)", RegexOptions.None, 5000)]
    private static partial Regex Record();

    [GeneratedRegex(
        @"protocol \w+ \((?<protocol>\d+)\), length (?<length>\d+), stripped bytes (?<stripped>\d+), header_size (?<size>\d+)",
        RegexOptions.None, 5000)]
    private static partial Regex RawHeader();

    [GeneratedRegex(@" \d+(?![\w.])", RegexOptions.None, 5000)]
    private static partial Regex Number();

    private struct FactSink : ISflowSink, ISflowFieldSink
    {
        private bool _isPrinted;

        public required List<string> Facts { get; init; }

        public required int Length { get; init; }

        public bool IsEmpty { get; private set; } = true;

        public FactSink()
        {
        }

        public void OnDatagram(in SflowDatagram datagram)
        {
            IsEmpty = false;
            Add($"datagram {datagram.Agent} {datagram.SubAgentId} {datagram.SequenceNumber} {datagram.UptimeMilliseconds} {datagram.SampleCount} {Length}");
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
        {
            var head = sample.IsExpanded ? 44 : 32;
            Add($"sample {(sample.IsExpanded ? 3 : 1)} {head + sample.Records.Bytes.Length} {sample.SequenceNumber} {sample.Source.Type} {sample.Source.Index} "
                + $"{sample.SamplingRate} {sample.SamplePool} {sample.Drops} {sample.Input.Value} {sample.Output.Value} {sample.Records.Count}");
            foreach (var record in sample.Records)
            {
                Add($"record {record.Tag.Enterprise} {record.Tag.Format} {record.Body.Length}");
                if (record.Tag.Value == SflowFlowRecord.RawHeader && SflowRawHeader.TryRead(record.Body, out var raw))
                    Add($"raw {raw.Protocol} {raw.FrameLength} {raw.Stripped} {raw.Header.Length}");
            }
        }

        public void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
        {
            var head = sample.IsExpanded ? 16 : 12;
            Add($"sample {(sample.IsExpanded ? 4 : 2)} {head + sample.Records.Bytes.Length} {sample.SequenceNumber} {sample.Source.Type} "
                + $"{sample.Source.Index} {sample.Records.Count}");
            foreach (var record in sample.Records)
            {
                Add($"record {record.Tag.Enterprise} {record.Tag.Format} {record.Body.Length}");

                // tcpdump knows only these two structures by field.
                _isPrinted = record.Tag.Value <= 2;
                Assert.Equal(DecodeError.None, SflowStructure.Find(SflowRecordKind.Counter, record.Tag)!.Read(record.Body, ref this));
            }
        }

        public readonly void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => Facts.Add("discarded");

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) => Facts.Add("unknown");

        public readonly void OnField(SflowField field, scoped SflowValue value)
        {
            if (_isPrinted)
                Facts.Add(value.Number.ToString(CultureInfo.InvariantCulture));
        }

        public readonly void OnArrayBegin(SflowField field, int count)
        {
        }

        public readonly void OnElementBegin(SflowField field)
        {
        }

        public readonly void OnElementEnd(SflowField field)
        {
        }

        public readonly void OnArrayEnd(SflowField field)
        {
        }

        private readonly void Add(FormattableString fact) => Facts.Add(fact.ToString(CultureInfo.InvariantCulture));

        private readonly void Add(string fact) => Facts.Add(fact);
    }
}
