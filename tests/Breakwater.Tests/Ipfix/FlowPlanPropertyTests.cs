using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.Ipfix;

/// <summary>Interpreter, compiled code and the slow second reader agree on any template and any octets.</summary>
public sealed class FlowPlanPropertyTests
{
    private static readonly int[] Read =
    [
        1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 14, 21, 22, 23, 24, 27, 28, 32, 58, 61, 85, 86, 88, 89, 139, 150, 151, 152, 153, 154, 155, 156,
        157, 158, 159, 160, 161, 162, 171, 172, 176, 177, 178, 179, 180, 181, 182, 183, 192, 197, 224, 231, 243, 252, 253, 254, 298,
        322, 323, 324, 325, 352, 353,
    ];

    private static readonly int[] PassedOver = [3, 15, 33, 56, 82, 94, 136, 210, 225, 351, 40_000 & 0x7FFF];

    private static int NaturalLength(int id) => id switch
    {
        8 or 12 => 4,
        27 or 28 => 16,
        7 or 11 or 32 or 139 or >= 180 and <= 183 => 2,
        4 or 5 or 6 or 61 or 192 => 1,
        154 or 155 or 156 or 157 => 8,
        _ => 4,
    };

    private static FieldSpecifier RandomField(Random random, bool isIpfix)
    {
        var id = random.Next(4) == 0 ? PassedOver[random.Next(PassedOver.Length)] : Read[random.Next(Read.Length)];
        var length = random.Next(10) switch
        {
            < 5 => NaturalLength(id),
            < 8 => random.Next(1, 9),
            8 => random.Next(0, 40),
            _ => isIpfix && random.Next(2) == 0 ? 65535 : NaturalLength(id),
        };
        return Wire.Field(id, length, isIpfix && random.Next(8) == 0 ? (uint)random.Next(1, 40_000) : 0);
    }

    private static byte[] RandomBody(Random random, FieldSpecifier[] fields, int records)
    {
        var body = new List<byte>();
        for (var i = 0; i < records; i++)
        {
            foreach (var field in fields)
            {
                var length = (int)field.Length;
                if (field.IsVariable)
                {
                    length = random.Next(4) == 0 ? random.Next(0, 300) : random.Next(4) == 0 ? NaturalLength(field.Id) : random.Next(0, 9);
                    if (length > 254 || random.Next(3) == 0)
                        body.AddRange([255, (byte)(length >> 8), (byte)length]);
                    else
                        body.Add((byte)length);
                }

                var value = new byte[length];
                if (random.Next(5) > 0)
                    random.NextBytes(value);
                if (field.Id == 4 && length > 0 && random.Next(4) > 0)
                    value[^1] = (byte)(random.Next(4) switch { 0 => 6, 1 => 17, 2 => 1, _ => 58 });
                body.AddRange(value);
            }
        }

        return [.. body];
    }

    private static List<FlowRecord> Run(Template template, byte[] body, bool compiled, long received)
    {
        var plan = FlowPlanBuilder.Build(template);
        var code = compiled ? FlowPlanCompiler.Compile(plan) : null;
        var flows = new List<FlowRecord>();
        var rest = body.AsSpan();
        while (rest.Length >= template.MinimumLength)
        {
            var scratch = default(PlanScratch);
            scratch.Flow.ReceivedNanoseconds = received;
            scratch.KnownOfSet = received != 0 ? FlowFields.ReceivedAt : FlowFields.None;
            scratch.ExportNanoseconds = Wire.ExportNanoseconds;
            scratch.SysUptimeMilliseconds = template.Format == ExportFormat.NetFlow9 ? 1_000_000u : 0;
            var length = code is null ? plan.Interpret(rest, ref scratch) : code(ref rest[0], rest.Length, ref scratch);
            if (length < 0)
                break;
            FlowFinish.FinishRare(plan, ref scratch, rest[..length]);
            if ((plan.Traits & PlanTraits.HasProtocol) != 0 && FlowFinish.IsUnusual(scratch.Flow))
                FlowFinish.FixPorts(ref scratch.Flow, plan.Traits);
            flows.Add(scratch.Flow);
            rest = rest[length..];
        }

        return flows;
    }

    private static string Text(FlowRecord flow) => System.Text.Json.JsonSerializer.Serialize(
        typeof(FlowRecord).GetFields().Where(field => !field.IsStatic).ToDictionary(field => field.Name, field => field.GetValue(flow)!.ToString()));

    [Fact]
    public void AnyTemplateAndOctets_CompiledInterpretedAndOracle_Agree()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var isIpfix = random.Next(2) == 0;
            var fields = Enumerable.Range(0, random.Next(1, 24)).Select(_ => RandomField(random, isIpfix)).ToArray();
            var format = isIpfix ? ExportFormat.Ipfix : ExportFormat.NetFlow9;
            var template = new Template(format, 1, 256, fields, isOptions: false, 0);
            if (template.MinimumLength == 0)
                return;
            var body = RandomBody(random, fields, random.Next(1, 6));
            if (random.Next(2) == 0)
                body = body[..random.Next(0, body.Length + 1)];
            var received = random.Next(2) * 12345L;

            var expected = OracleFlow.Read(!isIpfix, fields, body, Wire.ExportTime, 1_000_000, received).ConvertAll(Text);
            var interpreted = Run(template, body, compiled: false, received).ConvertAll(Text);
            var compiled = Run(template, body, compiled: true, received).ConvertAll(Text);

            Assert.Equal(expected, interpreted);
            Assert.Equal(interpreted, compiled);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void AnyTemplate_ThroughTheDecoder_EqualsOracleBeforeAndAfterCompiling()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var fields = Enumerable.Range(0, random.Next(1, 16)).Select(_ => RandomField(random, isIpfix: true)).ToArray();
            if (new Template(ExportFormat.Ipfix, 1, 256, fields, false, 0) is not { MinimumLength: > 0, Kind: TemplateKind.Flow })
                return;
            var body = RandomBody(random, fields, 40);
            var state = new ExporterState();
            var collector = new FlowCollector();
            var sink = new FlowExtractor<FlowCollector>(collector);
            Wire.Decode(Wire.Ipfix((ref IpfixWriter writer) => writer.Template(256, fields)), state, ref sink);
            var data = Wire.Ipfix((ref IpfixWriter writer) => { writer.BeginData(256); writer.Octets(body); });
            var expected = OracleFlow.Read(false, fields, body, Wire.ExportTime, 0, 7).ConvertAll(Text);

            for (var round = 0; round < 30; round++)
            {
                collector.Flows.Clear();
                Wire.Decode(data, state, ref sink, received: 7);
                Assert.Equal(expected, collector.Flows.ConvertAll(Text));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }
}
