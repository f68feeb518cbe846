using Breakwater.Telemetry.Json;

namespace Breakwater.Telemetry;

/// <summary>One run of <c>decode</c>.</summary>
internal static class DecodeRun
{
    /// <summary>Writes every record of the files, as JSON lines or as text, and tells what was read.</summary>
    public static DecodeSummary Run(IReadOnlyList<string> paths, InputOptions options, Stream output, bool json, long limit)
    {
        var summary = new DecodeSummary();
        if (json)
        {
            using var records = new RecordJson(output, limit);
            new InputReader<JsonConsumer>(options, summary, new JsonConsumer(records, summary)).Read(paths);
            records.Flush();
        }
        else
        {
            var writer = new StreamWriter(output, new System.Text.UTF8Encoding(false), bufferSize: 1 << 16, leaveOpen: true);
            // A log is text already: its requests come as JSON lines here too, behind what was written before.
            using var requests = new RecordJson(output, limit);
            var consumer = new FlowConsumer<FlowText>(new FlowText(writer, limit), summary, new RequestJson(requests, writer));
            new InputReader<FlowConsumer<FlowText>.Handle>(options, summary, new(consumer)).Read(paths);
            requests.Flush();
            writer.Flush();
        }

        return summary;
    }

    /// <summary>JSON lines with the default options.</summary>
    public static DecodeSummary ToJson(IReadOnlyList<string> paths, TextWriter output)
    {
        using var bytes = new MemoryStream();
        var summary = Run(paths, InputOptions.Default, bytes, json: true, long.MaxValue);
        output.Write(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        return summary;
    }
}
