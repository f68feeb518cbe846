using System.Globalization;
using Breakwater.Detection;
using Breakwater.Detection.Web;

namespace Breakwater.Reports;

/// <summary>Joins what web logs gave with what packets and flows gave.</summary>
internal static class WebReport
{
    /// <param name="flows">What packets and flows gave.</param>
    /// <param name="web">What logs gave.</param>
    /// <param name="quietSeconds">How long an incident stays open after its last sign.</param>
    public static DetectionResult Join(DetectionResult flows, WebResult web, int quietSeconds) => flows with
    {
        Incidents = WebJoin.All(flows.Incidents, web.Incidents, quietSeconds),
        Records = flows.Records + web.Requests,
        Hosts = flows.Hosts + web.Sites,
        FirstNanoseconds = Earlier(flows.FirstNanoseconds, web.FirstNanoseconds),
        LastNanoseconds = flows.LastNanoseconds is { } last && last > web.LastNanoseconds ? last : web.LastNanoseconds ?? flows.LastNanoseconds,
    };

    /// <summary>What of the logs bears on no verdict, each in a sentence.</summary>
    public static void AddLacks(WebResult web, List<string> lacks)
    {
        if (web.Late > 0)
            lacks.Add(Text($"{web.Late:N0} requests stand more than a minute behind later ones in their log and were left out"));
        if (web.Together > 0)
            lacks.Add(Text($"{web.Together:N0} requests went to hosts for which no place was left, and were judged together"));
        if (web.Untimed > 0)
            lacks.Add(Text($"{web.Untimed:N0} requests without a time or a client's address bear on no verdict"));
        if (web.Unreported > 0)
            lacks.Add(Text($"{web.Unreported:N0} further incidents are not told"));
    }

    /// <summary>True for an incident of web logs: they count requests, and no packets.</summary>
    public static bool IsOfLogs(Incident incident) => incident is { Packets: { Value: null, Low: null }, Requests: not null };

    private static long? Earlier(long? left, long? right) => left is null || right < left ? right : left;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
