using System.Text;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// Reads the InfluxDB line protocol of telegraf: <c>measurement,tag=value field=value,… time</c>. Text values stand in quotes, with
/// backslash escapes; unsigned numbers end in <c>u</c>, signed ones in <c>i</c>.
/// </summary>
internal static class LineProtocolFile
{
    public static GoldenExport Read(string path)
    {
        var records = File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#').Select(Record).ToList();
        return new GoldenExport(records, []);
    }

    public static GoldenRecord Record(string line)
    {
        var position = 0;
        var tags = Pairs(line, ref position).ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        position++;
        var fields = Pairs(line, ref position);
        var format = tags.GetValueOrDefault("version") switch
        {
            "IPFIX" => "ipfix",
            "NetFlowV9" => "netflow9",
            "NetFlowV5" => "netflow5",
            "sFlowV5" => "sflow5",
            var other => other ?? "",
        };
        return new GoldenRecord(format, null, fields);
    }

    /// <summary>The pairs up to the next space; the measurement in front of the tags becomes a pair without a name.</summary>
    private static List<GoldenField> Pairs(string line, ref int position)
    {
        var fields = new List<GoldenField>();
        while (position < line.Length && line[position] != ' ')
        {
            if (line[position] == ',')
                position++;
            var name = Token(line, ref position);
            if (position < line.Length && line[position] == '=')
            {
                position++;
                fields.Add(new GoldenField(name, Value(line, ref position)));
            }
            else
            {
                fields.Add(new GoldenField("", name));
            }
        }

        return fields;
    }

    private static string Value(string line, ref int position)
    {
        if (position >= line.Length || line[position] != '"')
        {
            var number = Token(line, ref position);
            return number.Length > 1 && number[^1] is 'u' or 'i' && char.IsAsciiDigit(number[^2]) ? number[..^1] : number;
        }

        var text = new StringBuilder();
        for (position++; position < line.Length && line[position] != '"'; position++)
        {
            if (line[position] == '\\' && position + 1 < line.Length && line[position + 1] is '"' or '\\')
                position++;
            text.Append(line[position]);
        }

        position++;
        return text.ToString();
    }

    private static string Token(string line, ref int position)
    {
        var text = new StringBuilder();
        for (; position < line.Length && line[position] is not (' ' or ',' or '='); position++)
        {
            if (line[position] == '\\' && position + 1 < line.Length)
                position++;
            text.Append(line[position]);
        }

        return text.ToString();
    }
}
