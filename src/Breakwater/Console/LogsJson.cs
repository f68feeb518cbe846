using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Live;

namespace Breakwater.Console;

/// <summary>How the reading of web logs stands, as <c>/exporters</c> has it.</summary>
internal static class LogsJson
{
    public static JsonObject Write(WebState logs, DateTimeOffset now) => new()
    {
        ["lagSeconds"] = Math.Round(logs.LagSeconds(now), 3),
        ["unreadBytes"] = logs.UnreadBytes,
        ["lines"] = logs.Lines,
        ["requests"] = logs.Requests,
        ["unreadable"] = logs.Unreadable,
        ["shedRequests"] = logs.LeftOut,
        ["lastLineAt"] = logs.LastLineNanoseconds == 0 ? null : JournalTime.Format(DateTimeOffset.UnixEpoch.AddTicks(logs.LastLineNanoseconds / 100)),
        ["inputs"] = new JsonArray([.. logs.Inputs.Select(static input => new JsonObject
        {
            ["name"] = input.Name,
            ["fault"] = input.Fault,
            ["unreadBytes"] = input.Syslog is null ? input.UnreadBytes : null,
            ["longLines"] = input.LongLines,
            ["lostRests"] = input.Syslog is null ? input.LostRests : null,
            ["messages"] = input.Syslog?.Messages,
            ["broken"] = input.Syslog?.Broken,
            ["ignored"] = input.Syslog?.Unknown.Datagrams,
            ["kernelDrops"] = input.Syslog?.KernelDrops,
        })]),
    };
}
