using System.Text;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Fuzz.Targets;

/// <summary>Format strings: nginx's log_format and Apache's LogFormat, compiled and used on a line; the line stands behind a line feed.</summary>
internal sealed class LogFormatTarget : FuzzTarget
{
    public override string Name => "log-format";

    public override PlantedBug Planted => new(FaultKind.Exception, "a brace is believed to be closed");

    public override int CapacityBytes => 1024;

    public override byte[][] Tokens =>
    [
        [.. "$status"u8], [.. "$request"u8], [.. "${host}"u8], [.. "$time_local"u8], [.. "%h"u8], [.. "%t"u8], [.. "%{"u8], [.. "}i"u8], [.. "%>s"u8], [.. "%!200,304"u8], [.. "\\\""u8],
        [.. " \""u8], [.. "\n"u8],
    ];

    public override IEnumerable<byte[]> Seeds() => LogSeeds.Formats();

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        PlantedBrace(input);
        var signature = default(Signature);
        var end = input.IndexOf((byte)'\n');
        var isFormat = LogFormat.TryParse(Encoding.UTF8.GetString(end < 0 ? input : input[..end]), out var format, out var fault);
        FuzzFault.Holds(isFormat == format is not null && isFormat == fault is null, "a format or a fault, never both");
        signature.Add(isFormat ? 1UL : 0);
        if (format is null)
            return new Outcome(signature.Value, false);
        var line = end < 0 ? [] : input[(end + 1)..].ToArray();
        var request = default(LogRequest);
        var error = new LogDecoder([format], TrustedProxies.None).Decode(line, ref request);
        signature.Add((ulong)error);
        signature.Add((ulong)request.Known);
        _ = request.UserAgent.In(line).Length + request.Path.In(line).Length + request.Query.In(line).Length + request.Host.In(line).Length;
        return new Outcome(signature.Value, error == LogError.None);
    }

    private static void PlantedBrace(ReadOnlySpan<byte> input)
    {
#if PLANTED_BUGS
        var open = input.IndexOf("%{"u8);
        if (open >= 0)
            _ = input[open..][..(input[open..].IndexOf((byte)'}') + 1)][^1];
#endif
    }
}
