using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Detection.Web;

/// <summary>One line of the evidence card.</summary>
/// <param name="Measure">Name of the measure.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Weight">Log-likelihood ratio: above 0 it speaks for machines, below 0 for people.</param>
/// <param name="Neutral">A value at which the line would weigh nothing.</param>
/// <param name="NeutralWeight">What the line weighs at that value: 0.</param>
/// <param name="Text">The line as a sentence.</param>
internal readonly record struct CardLine(string Measure, double Value, double Weight, double Neutral, double NeutralWeight, string Text);

/// <summary>
/// Flood or flash crowd: log-likelihood ratios of what a surge looks like, added up. At ln 99 it is an attack, at -ln 99 a crowd of people,
/// between them it is left open.
/// </summary>
internal sealed class WebCard
{
    /// <summary>Odds of 99 to 1.</summary>
    public static readonly double Sure = Math.Log(99);

    /// <summary>Odds of 1,000 to 1: what a single look needs to call an attack.</summary>
    public static readonly double SureAtOnce = 1.5 * Sure;

    /// <summary>Odds of 20 to 1: where nothing is known of the time before, less is not mentioned.</summary>
    public static readonly double Open = Math.Log(20);

    private const double FewestSlow = 20;
    private const double HarmWeight = 1.5;

    // The lines are not independent as their sum pretends: of each so much counts (docs/reference/accuracy-web.md).
    private const double Independence = 1;

    private readonly List<CardLine> _lines = [];

    public WebCard(WebMeasures measures)
    {
        Pages(measures);
        Clients(measures);
        Agents(measures);
        Origins(measures);
        Requests(measures);
        Time(measures);
        Score = _lines.Sum(static line => line.Weight);
    }

    /// <summary>Sum of the weights.</summary>
    public double Score { get; }

    /// <summary>True when something speaks for an attack that no site's ordinary machines do: requests that are slow on purpose, that ask for what is not there, or that no cache can answer.</summary>
    public bool HasHarm => _lines.Exists(static line => line is { Measure: "slow-requests" or "not-found" or "new-queries", Weight: >= HarmWeight });

    /// <summary>Probability of an attack that the sum states.</summary>
    public double Probability => 1 / (1 + Math.Exp(-Score));

    /// <summary>The lines, the weightiest first.</summary>
    public ImmutableArray<CardLine> Lines =>
        [.. _lines.OrderByDescending(static line => Math.Abs(line.Weight)).ThenBy(static line => line.Measure, StringComparer.Ordinal)];

    private void Pages(WebMeasures m)
    {
        var (assets, usual) = (m.AssetsPerPage, m.UsualAssetsPerPage);
        if (usual is >= 0.3)
        {
            Add("sub-resources-per-page", assets, value => Step(value / usual.Value, (0.1, 2.6), (0.3, 1.4), (0.5, 0), (0.7, -1), (3, -2.6), (5, 0), (double.MaxValue, 2)), 0.4 * usual.Value,
                $"{assets:0.0} parts (styles, scripts, pictures) are fetched with a page, where {usual:0.0} are usual");
        }
        else if (usual is null)
        {
            Add("sub-resources-per-page", assets, static value => Step(value, (0.02, 1), (0.2, 0.3), (0.4, 0), (1, -0.6), (WebMeasures.MostParts, -2), (double.MaxValue, 1)), 0.3,
                $"{assets:0.0} parts (styles, scripts, pictures) are fetched with a page");
        }

        if (m.BareShare is { } bare)
        {
            Add("pages-without-parts", bare, value => m.UsualBareShare is > 0.8 ? 0 : Step(value - (m.UsualBareShare ?? 0.3), (0.05, -1.6), (0.17, -0.4), (0.23, 0), (0.4, 0.6), (double.MaxValue, 1.8)), (m.UsualBareShare ?? 0.3) + 0.2,
                $"{bare:P0} of the pages of clients that fetched several went to ones that fetched no part of any");
        }

        Add("top-path-group", m.TopGroupShare, value => Step(value - (m.UsualTopGroupShare ?? 0.3), (0.1, -0.4), (0.4, 0), (0.6, 0.3), (double.MaxValue, 0.8)), (m.UsualTopGroupShare ?? 0.3) + 0.2,
            $"{m.TopGroupShare:P0} of the additional pages are of one path group");
        if (m.QueryShare >= 0.3)
        {
            // Searches bring new queries too, but only so many of the pages are searches.
            var isUsual = m.UsualNewQueryShare is >= 0.7 && m.QueryShare - m.UsualQueryShare < 0.3;
            Add("new-queries", m.NewQueryShare, value => isUsual ? 0 : Step(value, (0.2, -0.8), (0.5, 0), (0.75, 1), (double.MaxValue, 3)), 0.4,
                $"{m.QueryShare:P0} of the additional pages have a query, and {m.NewQueryShare:P0} of these bring a new one: no cache can answer them");
        }
    }

    private void Clients(WebMeasures m)
    {
        Add("fast-clients", m.FastShare, static value => Step(value, (0.02, -0.6), (0.1, 0), (0.3, 1.2), (0.6, 2.4), (double.MaxValue, 3.4)), 0.05,
            $"{m.FastShare:P0} of the pages go to {Counted(m.FastClients)} that fetch one a second or more");
        Add("busiest-clients", m.BusiestShare, static value => Step(value, (0.05, 0), (0.3, 0.2), (0.6, 1.2), (double.MaxValue, 2.2)), 0.04,
            $"the five busiest of {Counted(m.Clients)} have {m.BusiestShare:P0} of the pages");
        if (m.RepeatShare is { } repeats)
        {
            Add("repeated-pages", repeats, static value => Step(value, (0.15, -0.8), (0.35, 0), (0.6, 0.7), (double.MaxValue, 1.5)), 0.25,
                $"clients that fetch several pages fetch the same one again in {repeats:P0} of all cases");
        }

        if (m.KnownShare is { } known)
        {
            Add("seen-before", known, static value => Step(value, (0.02, 0.9), (0.08, 0.4), (0.2, 0), (0.4, -0.8), (double.MaxValue, -1.2)), 0.15,
                $"{known:P0} of the clients come from networks seen before");
        }
    }

    private void Agents(WebMeasures m)
    {
        if (m.AgentDistance is { } distance)
        {
            // Names of browsers are cheap to imitate: where the log shows no parts of pages, usual ones say less.
            var parts = m.UsualAssetsPerPage is >= 0.3 ? 1 : 0.6;
            Add("agents-unlike-usual", distance, value => Step(value, (0.15, -2.4 * parts), (0.3, -1.8 * parts), (0.5, 0), (0.75, 1), (0.9, 2.2), (double.MaxValue, 3.2)), 0.4,
                $"the browsers of the additional pages are others than usual (distance {distance:0.00} of 1)");
        }

        if (m.Clients >= 20)
        {
            Add("top-agent", m.TopAgentShare, value => Step(value - (m.UsualTopAgentShare ?? 0.25), (0.15, 0), (0.4, 0.3), (0.65, 1.2), (double.MaxValue, 2.4)), m.UsualTopAgentShare ?? 0.25,
                $"one user agent asks for {m.TopAgentShare:P0} of the additional pages");
        }

        Add("tools", m.ToolShare, value => Step(value - (m.UsualToolShare ?? 0.05), (0.03, -0.2), (0.2, 0), (0.5, 1.2), (double.MaxValue, 2.6)), (m.UsualToolShare ?? 0.05) + 0.1,
            $"{m.ToolShare:P0} of the additional pages are asked for by programs that say so, or without a user agent");
        if (m.UsualOldProtocolShare is { } usual)
        {
            Add("agent-and-headers", m.OldProtocolShare, value => Step(value - usual, (0.1, -0.4), (0.3, 0), (0.6, 1.2), (double.MaxValue, 2.4)), usual + 0.2,
                $"{m.OldProtocolShare:P0} of those that call themselves browsers speak HTTP/1, where {usual:P0} do so usually");
        }
    }

    /// <summary>Told and not weighed: people follow a link from abroad too, and machines stand next door.</summary>
    private void Origins(WebMeasures m)
    {
        if (m.Countries is { Distance: >= OriginChange.Notable } countries)
        {
            Add("countries-unlike-usual", countries.Distance, static _ => 0, countries.Distance,
                $"the additional pages go to other countries than usual (distance {countries.Distance:0.00} of 1): {countries.TopShare:P0} to {CountryCode.OfPacked((ushort)countries.Top)}, where {countries.UsualTopShare:P0} is usual, and {countries.NewShare:P0} to ones that nobody came from before");
        }

        if (m.Systems is { Distance: >= OriginChange.Notable } systems)
        {
            Add("systems-unlike-usual", systems.Distance, static _ => 0, systems.Distance,
                $"the additional pages go to other autonomous systems than usual (distance {systems.Distance:0.00} of 1): {systems.TopShare:P0} to AS{systems.Top}, where {systems.UsualTopShare:P0} is usual, and {systems.NewShare:P0} to ones that nobody came from before");
        }
    }

    private void Requests(WebMeasures m)
    {
        if (m.UsualRefererShare is >= 0.2 and var usual)
        {
            Add("referers", m.RefererShare, value => Step(value / usual, (0.1, 1.4), (0.35, 0.5), (0.6, 0), (1.5, -0.6), (double.MaxValue, 0.4)), 0.5 * usual,
                $"{m.RefererShare:P0} of the additional pages follow a link, where {usual:P0} do so usually");
        }

        Add("not-found", m.NotFoundShare, value => Step(value - (m.UsualNotFoundShare ?? 0.05), (0.08, -0.1), (0.12, 0), (0.3, 0.3), (0.6, 1.5), (double.MaxValue, 2.6)), (m.UsualNotFoundShare ?? 0.05) + 0.1,
            $"{m.NotFoundShare:P0} of the additional requests ask for what does not exist");
        Add("writes", m.WriteShare, value => Step(value - (m.UsualWriteShare ?? 0.1), (0.2, 0), (0.5, 0.9), (double.MaxValue, 1.8)), (m.UsualWriteShare ?? 0.1) + 0.1,
            $"{m.WriteShare:P0} of the additional requests send something (POST and the like)");
        if (m.SlowConnections >= FewestSlow)
        {
            Add("slow-requests", m.SlowConnections, value => value < FewestSlow ? 0 : Step(m.SlowShare, (0.02, 0), (0.1, 1), (0.3, 2.5), (double.MaxValue, 4)), 0,
                $"slow requests that move hardly any bytes hold {m.SlowConnections:0} connections");
        }
    }

    private void Time(WebMeasures m)
    {
        if (m.RiseSeconds is { } rise)
        {
            Add("ramp", rise, static value => Step(value, (3, 0.8), (10, 0.3), (30, 0), (60, -0.5), (double.MaxValue, -1)), 20,
                $"the rate rose from a fifth to four fifths of its height in {rise} s");
        }

        if (m.Times is { } times)
        {
            Add("times-usual", times, static value => Step(value, (25, 0), (60, 0.4), (double.MaxValue, 0.9)), 10, $"{times:0.0} times the usual rate");
        }

        // Harm is no proof of intent: these lines weigh nothing and say how the servers are.
        if (m.TimesSlower is { } slower)
            Add("latency", slower, static _ => 0, slower, $"requests take {slower:0.0} times as long as before");
        Add("server-errors", m.ServerErrorShare, static _ => 0, m.ServerErrorShare, $"{m.ServerErrorShare:P0} of the additional requests are refused or fail (429, 5xx)");
    }

    private void Add(string measure, double value, Func<double, double> weigh, double neutral, FormattableString text)
    {
        neutral = Math.Round(neutral, 3);
        _lines.Add(new CardLine(measure, Math.Round(value, 3), Math.Round(weigh(value) * Independence, 2), neutral, weigh(neutral), text.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Counted(double clients) => string.Create(CultureInfo.InvariantCulture, $"{clients:N0} client{(Math.Round(clients) == 1 ? "" : "s")}");

    /// <summary>The weight of the first step that the value lies below.</summary>
    private static double Step(double value, params ReadOnlySpan<(double Below, double Weight)> steps)
    {
        foreach (var (below, weight) in steps)
        {
            if (value < below)
                return weight;
        }

        return steps[^1].Weight;
    }
}
