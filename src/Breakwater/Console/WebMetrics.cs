using System.Text;
using Breakwater.Live;

namespace Breakwater.Console;

/// <summary>Web logs among the metrics; only where some are configured.</summary>
internal static class WebMetrics
{
    public static void Write(StringBuilder text, WebState logs, DateTimeOffset now)
    {
        MetricsApi.Family(text, "breakwater_web_lag_seconds", "gauge", "The longest time that a log line which is not counted yet can have waited.", [("", logs.LagSeconds(now))]);
        MetricsApi.Family(text, "breakwater_web_unread_bytes", "gauge", "Bytes of followed files that wait, by input.", [.. logs.Inputs.Where(static input => input.Syslog is null).Select(static input => (Label(input.Name), (double)input.UnreadBytes))]);
        MetricsApi.Family(text, "breakwater_web_lines_total", "counter", "Log lines read, by what became of them.",
            [("outcome=\"request\"", logs.Requests), ("outcome=\"unreadable\"", logs.Unreadable), ("outcome=\"other\"", logs.Lines - logs.Requests - logs.Unreadable)]);
        MetricsApi.Family(text, "breakwater_web_shed_requests_total", "counter", "Requests left out under overload; those of other clients stood for them.", [("", logs.LeftOut)]);
        MetricsApi.Family(text, "breakwater_web_lost_rests_total", "counter", "Times that part of a log was gone before it was read, by input.", [.. logs.Inputs.Where(static input => input.Syslog is null).Select(static input => (Label(input.Name), (double)input.LostRests))]);
        var syslog = logs.Inputs.Where(static input => input.Syslog is not null).ToList();
        MetricsApi.Family(text, "breakwater_web_syslog_messages_total", "counter", "Syslog messages taken, by input.", [.. syslog.Select(static input => (Label(input.Name), (double)input.Syslog!.Messages))]);
        MetricsApi.Family(text, "breakwater_web_syslog_ignored_total", "counter", "Messages and connections of senders that are not allowed, by input.", [.. syslog.Select(static input => (Label(input.Name), (double)input.Syslog!.Unknown.Datagrams))]);
        MetricsApi.Family(text, "breakwater_web_syslog_kernel_drops_total", "counter", "Syslog datagrams that the kernel dropped before they were read, by input.", [.. syslog.Select(static input => (Label(input.Name), (double)input.Syslog!.KernelDrops))]);
    }

    private static string Label(string name) => $"input=\"{MetricsApi.Quoted(name)}\"";
}
