using System.Globalization;
using System.Text;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>A field that the other program reads otherwise.</summary>
internal sealed record Difference(string Tool, string Format, string Field, string? Theirs, string? Ours, string Path, string Line);

/// <summary>All comparisons together.</summary>
internal sealed class Agreement
{
    public Dictionary<string, (int Requests, int Compared, int Differ)> Rows { get; } = new(StringComparer.Ordinal);

    public List<Difference> Differences { get; } = [];

    public int Compared => Rows.Values.Sum(static row => row.Compared);

    public static Agreement Of(IEnumerable<ExpectedLog> logs)
    {
        var agreement = new Agreement();
        foreach (var log in logs)
        {
            var formats = LogRecognition.Find(log.Head.AsSpan(0, Math.Min(log.Head.Length, LogRecognition.HeadBytes)));
            var decoder = formats.Count > 0 ? new LogDecoder(formats, TrustedProxies.None) : null;
            foreach (var expected in log.Requests)
                agreement.Compare(log, decoder, expected);
        }

        return agreement;
    }

    private void Compare(ExpectedLog log, LogDecoder? decoder, ExpectedRequest expected)
    {
        var line = Encoding.UTF8.GetBytes(expected.Line);
        var request = default(LogRequest);
        var error = decoder?.Decode(line, ref request) ?? LogError.OtherFormat;
        if (error != LogError.None)
        {
            Differences.Add(new Difference(expected.Tool, decoder is null ? "not recognised" : decoder.Format.Name, "line", "a request", error.ToString(), log.Path, expected.Line));
            Count(expected.Tool, decoder is null ? "not recognised" : decoder.Format.Name, 1, 1);
            return;
        }

        var (format, differ) = (decoder!.Format.Name, 0);
        foreach (var (field, theirs) in expected.Fields)
        {
            var ours = Value(field, line, request);
            if (ours == theirs)
                continue;
            differ++;
            Differences.Add(new Difference(expected.Tool, format, field, theirs, ours, log.Path, expected.Line));
        }

        Count(expected.Tool, format, expected.Fields.Count, differ);
    }

    private void Count(string tool, string format, int compared, int differ)
    {
        var row = Rows.GetValueOrDefault($"{tool} | {format}");
        Rows[$"{tool} | {format}"] = (row.Requests + 1, row.Compared + compared, row.Differ + differ);
    }

    private static string? Value(string field, byte[] line, LogRequest request) => field switch
    {
        "clientAddress" => request.Knows(LogFields.Client) ? request.Client.ToString() : null,
        "time" => request.Knows(LogFields.Time) ? LogLines.Time(request.TimeNanoseconds) : null,
        "status" => request.Knows(LogFields.Status) ? request.Status.ToString(CultureInfo.InvariantCulture) : null,
        "bytes" => request.Knows(LogFields.Bytes) ? request.Bytes.ToString(CultureInfo.InvariantCulture) : null,
        "method" => Text(line, request, LogFields.Method, request.Method),
        "target" when request.Knows(LogFields.Query) => $"{Text(line, request, LogFields.Path, request.Path)}?{Text(line, request, LogFields.Query, request.Query)}",
        "target" => Text(line, request, LogFields.Path, request.Path),
        "protocol" => Text(line, request, LogFields.Protocol, request.Protocol),
        "referer" => Text(line, request, LogFields.Referer, request.Referer),
        "userAgent" => Text(line, request, LogFields.UserAgent, request.UserAgent),
        "host" => Text(line, request, LogFields.Host, request.Host),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };

    // As the server wrote them: others do not undo escapes, but those of JSON.
    private static string? Text(byte[] line, LogRequest request, LogFields field, LogText part) => !request.Knows(field)
        ? null
        : request.Escapes == LogEscapes.Json ? LogLines.Text(line, request, part) : Encoding.UTF8.GetString(part.In(line));
}
