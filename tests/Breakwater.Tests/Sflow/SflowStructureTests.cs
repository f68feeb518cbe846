using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Sflow;

public sealed class SflowStructureTests
{
    [Fact]
    public void EveryStructure_RandomContent_IsReadBackFieldByField()
    {
        foreach (var structure in SflowStructure.All)
        {
            for (var seed = 0; seed < 30; seed++)
            {
                var expected = new StringBuilder();
                var body = Write(structure.Fields, new Random(seed), expected);
                Assert.Equal((DecodeError.None, expected.ToString()), Read(structure, body));

                // A later revision of the structure may append fields.
                Assert.Equal((DecodeError.None, expected.ToString()), Read(structure, [.. body, 1, 2, 3, 4]));
            }
        }
    }

    [Fact]
    public void EveryStructure_CutAtEveryLength_IsReportedAndKeepsTheFieldsBefore()
    {
        foreach (var structure in SflowStructure.All)
        {
            var expected = new StringBuilder();
            var body = Write(structure.Fields, new Random(1), expected);
            for (var length = 0; length < body.Length; length++)
            {
                var (error, text) = Read(structure, body.AsSpan(0, length));
                var isPaddingOnly = text == expected.ToString();
                Assert.True(error != DecodeError.None || (isPaddingOnly && body.Length - length < 4), $"{structure.Name} at {length}");
            }
        }
    }

    [Theory]
    [InlineData(SflowRecordKind.Flow, 1012u)]
    [InlineData(SflowRecordKind.Flow, 1003u)]
    [InlineData(SflowRecordKind.Counter, 2001u)]
    [InlineData(SflowRecordKind.Counter, 2000u)]
    public void HostileCountOrLength_IsBounded(SflowRecordKind kind, uint format)
    {
        var structure = SflowStructure.Find(kind, new SflowTag(format))!;
        var body = new byte[64];
        body.AsSpan().Fill(0xFF);
        if (format == 1003)
            BinaryPrimitives.WriteUInt32BigEndian(body, 0);
        var (error, text) = Read(structure, body);
        Assert.True(error is DecodeError.BadCount or DecodeError.BadLength);
        Assert.True(text.Length < 100);
    }

    [Fact]
    public void UnknownTag_HasNoStructure()
    {
        Assert.Null(SflowStructure.Find(SflowRecordKind.Flow, new SflowTag(999)));
        Assert.Null(SflowStructure.Find(SflowRecordKind.Flow, new SflowTag((4413 << 12) | 1)));
        Assert.Equal("if_counters", SflowStructure.Find(SflowRecordKind.Counter, new SflowTag(1))!.Name);
        Assert.Equal("sampled_header", SflowStructure.Find(SflowRecordKind.Flow, new SflowTag(1))!.Name);
    }

    [Fact]
    public void Sizes_AreThoseOfTheSpecification()
    {
        Assert.Equal(88, SizeOf(SflowRecordKind.Counter, 1));
        Assert.Equal(52, SizeOf(SflowRecordKind.Counter, 2));
        Assert.Equal(72, SizeOf(SflowRecordKind.Counter, 3));
        Assert.Equal(80, SizeOf(SflowRecordKind.Counter, 4));
        Assert.Equal(28, SizeOf(SflowRecordKind.Counter, 5));
        Assert.Equal(80, SizeOf(SflowRecordKind.Counter, 6));
        Assert.Equal(56, SizeOf(SflowRecordKind.Counter, 7));
        Assert.Equal(68, SizeOf(SflowRecordKind.Counter, 2003));
        Assert.Equal(72, SizeOf(SflowRecordKind.Counter, 2004));
        Assert.Equal(52, SizeOf(SflowRecordKind.Counter, 2005));
        Assert.Equal(40, SizeOf(SflowRecordKind.Counter, 2006));
        Assert.Equal(24, SizeOf(SflowRecordKind.Flow, 2));
        Assert.Equal(32, SizeOf(SflowRecordKind.Flow, 3));
        Assert.Equal(56, SizeOf(SflowRecordKind.Flow, 4));
    }

    [Fact]
    public void ReadingFields_AllocatesNothing()
    {
        var structure = SflowStructure.Find(SflowRecordKind.Counter, new SflowTag(1))!;
        var body = new byte[88];
        var sink = default(SumSink);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (var i = 0; i < 1000; i++)
                structure.Read(body, ref sink);
        }));
        Assert.True(sink.Count >= 19_000);
    }

    private static int SizeOf(SflowRecordKind kind, uint format) =>
        Write(SflowStructure.Find(kind, new SflowTag(format))!.Fields, new Random(1), new StringBuilder()).Length;

    private static (DecodeError Error, string Text) Read(SflowStructure structure, ReadOnlySpan<byte> body)
    {
        var sink = new TextSink { Text = new StringBuilder() };
        var error = structure.Read(body, ref sink);
        return (error, sink.Text.ToString());
    }

    /// <summary>Writes random values for the fields, and the text that <see cref="TextSink"/> must give for them.</summary>
    private static byte[] Write(IReadOnlyList<SflowField> fields, Random random, StringBuilder text)
    {
        var bytes = new List<byte>();
        foreach (var field in fields)
        {
            if (field.Type == SflowFieldType.Array)
            {
                var count = random.Next(4);
                bytes.AddRange(Word((uint)count));
                text.Append(CultureInfo.InvariantCulture, $"{field.Name}*{count}(");
                for (var i = 0; i < count; i++)
                {
                    text.Append('<');
                    bytes.AddRange(Write(field.Elements, random, text));
                    text.Append('>');
                }

                text.Append(')');
                continue;
            }

            var (wire, value) = RandomValue(field.Type, random);
            bytes.AddRange(wire);
            text.Append(CultureInfo.InvariantCulture, $"{field.Name}={value};");
        }

        return [.. bytes];
    }

    private static (byte[] Wire, string Text) RandomValue(SflowFieldType type, Random random)
    {
        var octets = new byte[16];
        random.NextBytes(octets);
        octets[0] |= 0x20;
        var length = random.Next(1, 12);
        var data = octets[..length];
        byte[] padding = new byte[-length & 3];
        return type switch
        {
            SflowFieldType.UInt32 => (octets[..4], BinaryPrimitives.ReadUInt32BigEndian(octets).ToString(CultureInfo.InvariantCulture)),
            SflowFieldType.Int32 => (octets[..4], BinaryPrimitives.ReadInt32BigEndian(octets).ToString(CultureInfo.InvariantCulture)),
            SflowFieldType.Float => (octets[..4], BinaryPrimitives.ReadSingleBigEndian(octets).ToString("R", CultureInfo.InvariantCulture)),
            SflowFieldType.UInt64 => (octets[..8], BinaryPrimitives.ReadUInt64BigEndian(octets).ToString(CultureInfo.InvariantCulture)),
            SflowFieldType.Mac => ([.. octets[..6], 0, 0], Convert.ToHexString(octets[..6])),
            SflowFieldType.Opaque4 => (octets[..4], Convert.ToHexString(octets[..4])),
            SflowFieldType.Opaque16 => (octets, Convert.ToHexString(octets)),
            SflowFieldType.IPv4 => (octets[..4], new System.Net.IPAddress(octets[..4]).ToString()),
            SflowFieldType.IPv6 => (octets, new System.Net.IPAddress(octets).ToString()),
            SflowFieldType.Address => random.Next(3) switch
            {
                0 => (Word(0), "?"),
                1 => ([.. Word(1), .. octets[..4]], new System.Net.IPAddress(octets[..4]).ToString()),
                _ => ([.. Word(2), .. octets], new System.Net.IPAddress(octets).ToString()),
            },
            _ => ([.. Word((uint)length), .. data, .. padding], Convert.ToHexString(data)),
        };
    }

    private static byte[] Word(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private struct TextSink : ISflowFieldSink
    {
        public required StringBuilder Text { get; init; }

        public readonly void OnField(SflowField field, scoped SflowValue value)
        {
            var text = field.Type switch
            {
                SflowFieldType.UInt32 or SflowFieldType.UInt64 => value.Number.ToString(CultureInfo.InvariantCulture),
                SflowFieldType.Int32 => ((long)value.Number).ToString(CultureInfo.InvariantCulture),
                SflowFieldType.Float => value.Float.ToString("R", CultureInfo.InvariantCulture),
                SflowFieldType.IPv4 or SflowFieldType.IPv6 => value.Address.ToString(),
                SflowFieldType.Address => value.HasAddress ? value.Address.ToString() : "?",
                _ => Convert.ToHexString(value.Bytes),
            };
            Text.Append(CultureInfo.InvariantCulture, $"{field.Name}={text};");
        }

        public readonly void OnArrayBegin(SflowField field, int count) => Text.Append(CultureInfo.InvariantCulture, $"{field.Name}*{count}(");

        public readonly void OnElementBegin(SflowField field) => Text.Append('<');

        public readonly void OnElementEnd(SflowField field) => Text.Append('>');

        public readonly void OnArrayEnd(SflowField field) => Text.Append(')');
    }

    private struct SumSink : ISflowFieldSink
    {
        public int Count { get; private set; }

        public void OnField(SflowField field, scoped SflowValue value) => Count++;

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
    }
}
