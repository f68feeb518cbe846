using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;

namespace Breakwater.Reports;

/// <summary>
/// A proposed rule as the conditions of HAProxy 2.4 and later and of nginx. What clients sent stands in them escaped: no request can close a
/// quote or add a directive.
/// </summary>
internal static class WebRuleText
{
    /// <summary>Patterns of a line: HAProxy reads 64 words.</summary>
    private const int HaProxyPatterns = 32;

    /// <summary>The name that its conditions have in a configuration: no other incident's rule has it.</summary>
    public static string Name(Incident incident, int index) => string.Create(
        CultureInfo.InvariantCulture, $"breakwater_{IncidentJson.Id(incident).Replace('-', '_')}_{index + 1}");

    /// <summary>The rule and its price for a person.</summary>
    public static string Sentence(WebRule rule) => $"{string.Join(" and ", rule.Conditions.Select(Sentence))}: covers {Share(rule.ExcessCovered)} of the excess, "
        + $"touches {Share(rule.LegitimateTouched)} of the usual requests and {Share(rule.LegitimateClients)} of the usual clients";

    /// <summary>Lines for a frontend: a list of conditions under names, and the rule itself.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="name">The name of its conditions.</param>
    /// <param name="site">The host that it is for; null where the log names none.</param>
    public static string HaProxy(WebRule rule, string name, string? site = null)
    {
        var (lists, terms) = (new StringBuilder(), new StringBuilder());
        if (site is not null)
            Add($"{name}_host", $"req.hdr(host) -m reg -i -- {QuotedForHaProxy($"^{Literal(site)}(:[0-9]+)?$")}", isMet: true);
        for (var index = 0; index < rule.Conditions.Length; index++)
        {
            if (IsOfOrigin(rule.Conditions[index]))
                AddOrigin(name + Letter(index), rule.Conditions[index]);
            else
                Add(name + Letter(index), HaProxy(rule.Conditions[index]), IsMetForHaProxy(rule.Conditions[index]));
        }

        return lists.Append("http-request deny deny_status 429 if").Append(terms).Append('\n').ToString();

        void Add(string list, string condition, bool isMet)
        {
            lists.Append("acl ").Append(list).Append(' ').Append(condition).Append('\n');
            terms.Append(isMet ? " " : " !").Append(list);
        }

        // A list may have many lines: it holds where one of them does.
        void AddOrigin(string list, WebCondition condition)
        {
            lists.Append(OriginComment(condition));
            foreach (var networks in condition.Networks.Chunk(HaProxyPatterns))
                lists.Append("acl ").Append(list).Append(" src -- ").AppendJoin(' ', networks).Append('\n');
            if (condition.Networks.IsEmpty)
                lists.Append("acl ").Append(list).Append(" always_false\n");
            terms.Append(' ').Append(list);
        }
    }

    /// <summary>Maps for the http block, and behind them, as a comment, what a server block needs.</summary>
    /// <inheritdoc cref="HaProxy(WebRule, string, string?)"/>
    public static string Nginx(WebRule rule, string name, string? site = null)
    {
        List<string> variables = [.. Enumerable.Range(0, rule.Conditions.Length).Select(index => name + Letter(index))];
        var text = new StringBuilder();
        for (var index = 0; index < rule.Conditions.Length; index++)
        {
            if (IsOfOrigin(rule.Conditions[index]))
                text.Append(OriginComment(rule.Conditions[index]));
            text.Append(Nginx(rule.Conditions[index], variables[index])).Append('\n');
        }

        if (site is not null)
        {
            variables.Add(name + "_host");
            text.Append(Map("$host", variables[^1], $"~*^{Literal(site)}$")).Append('\n');
        }

        text.Append("map \"").AppendJoin("", variables.Select(static variable => $"${variable}")).Append("\" $").Append(name)
            .Append(" { default 0; \"").Append('1', variables.Count).Append("\" 1; }\n");
        return text.Append("# in the server block: if ($").Append(name).Append(") { return 429; }\n").ToString();
    }

    private static bool IsOfOrigin(WebCondition condition) => condition.Field is WebField.Country or WebField.System;

    /// <summary>Proxies know no countries by themselves: what stands for one, and how much of it, is said above it.</summary>
    private static string OriginComment(WebCondition condition) => string.Create(
        CultureInfo.InvariantCulture,
        $"# {condition.Value}: the {condition.Networks.Length} networks of its clients in this incident with most requests, {(condition.NetworksShare ?? 0) * 100:0.#} % of those from there; a proxy with a geo database can ask for {condition.Value} itself\n");

    private static char Letter(int index) => (char)('a' + index);

    private static string Share(Estimate estimate) => string.Create(
        CultureInfo.InvariantCulture, $"{estimate.Value * 100:0.#} % ({estimate.Low * 100:0.#} to {estimate.High * 100:0.#})");

    private static string Sentence(WebCondition condition) => (condition.Field, condition.Value) switch
    {
        (WebField.Path, var group) => $"path {group}",
        (WebField.UserAgent, "") => "no user agent",
        (WebField.UserAgent, var agent) => $"user agent \"{agent}\"",
        (WebField.Network, var network) => $"client in {network}",
        (WebField.Country, var country) => $"client in {Networks(condition)} of the country {country}",
        (WebField.System, var system) => $"client in {Networks(condition)} of the autonomous system {system}",
        (WebField.Query, "1") => "with a query",
        (WebField.Query, _) => "without a query",
        (WebField.Referer, "1") => "with a Referer",
        (WebField.Referer, _) => "without a Referer",
        (WebField.HttpVersion, "1") => "HTTP/1",
        (WebField.HttpVersion, _) => "HTTP/2 or later",
        (_, "1") => "POST, PUT, PATCH or DELETE",
        _ => "a method that changes nothing",
    };

    private static string Networks(WebCondition condition) => string.Create(
        CultureInfo.InvariantCulture, $"{condition.Networks.Length} network{(condition.Networks.Length == 1 ? "" : "s")} (with {(condition.NetworksShare ?? 0) * 100:0.#} % of the requests from there)");

    /// <summary>What is asked of a request. Every pattern of letters stands behind <c>--</c>: one that begins with a dash is no option.</summary>
    private static string HaProxy(WebCondition condition) => (condition.Field, condition.Value) switch
    {
        (WebField.Path, var group) => $"path -m reg -- {QuotedForHaProxy(Pattern(group))}",
        (WebField.UserAgent, "") => "req.fhdr(user-agent) -m len gt 0",
        (WebField.UserAgent, var agent) when !LoggedText.IsExact(agent) => $"req.fhdr(user-agent) -m reg -- {QuotedForHaProxy(AgentPattern(agent))}",
        (WebField.UserAgent, var agent) => $"req.fhdr(user-agent) -m {(IsCut(agent) ? "beg" : "str")} -- {QuotedForHaProxy(agent)}",
        (WebField.Network, var network) => $"src -- {network}",
        (WebField.Query, _) => "query -m len gt 0",
        (WebField.Referer, _) => "req.fhdr(referer) -m len gt 0",
        (WebField.HttpVersion, "1") => "req.ver -m beg -- 1.",
        (WebField.HttpVersion, _) => "req.ver -m reg -- ^[23]",
        _ => "method -- POST PUT PATCH DELETE",
    };

    /// <summary>False for what is told by its absence: a list never holds for what is not there, so its contrary is asked for.</summary>
    private static bool IsMetForHaProxy(WebCondition condition) => condition switch
    {
        { Field: WebField.UserAgent, Value: "" } => false,
        { Field: WebField.Query or WebField.Referer or WebField.Writes, Value: not "1" } => false,
        _ => true,
    };

    /// <summary>A map tries no regular expression on an empty value: what is not there is asked for as the empty text.</summary>
    private static string Nginx(WebCondition condition, string name) => (condition.Field, condition.Value) switch
    {
        // As it was sent: $uri is decoded, and has its slashes merged.
        (WebField.Path, var group) => Map("$request_uri", name, $"~{Pattern(group)[..^1]}(\\?|$)"),
        (WebField.UserAgent, "") => Map("$http_user_agent", name, ""),
        (WebField.UserAgent, var agent) => Map("$http_user_agent", name, '~' + AgentPattern(agent)),
        (WebField.Network, var network) => $"geo ${name} {{ default 0; {network} 1; }}",
        (WebField.Country or WebField.System, _) => $"geo ${name} {{ default 0;{string.Concat(condition.Networks.Select(static network => $" {network} 1;"))} }}",
        (WebField.Query, "1") => Map("$args", name, "~."),
        (WebField.Query, _) => Map("$args", name, ""),
        (WebField.Referer, "1") => Map("$http_referer", name, "~."),
        (WebField.Referer, _) => Map("$http_referer", name, ""),
        (WebField.HttpVersion, "1") => Map("$server_protocol", name, "~^HTTP/1"),
        (WebField.HttpVersion, _) => Map("$server_protocol", name, "~^HTTP/[23]"),
        (_, "1") => Map("$request_method", name, "~^(POST|PUT|PATCH|DELETE)$"),
        _ => Map("$request_method", name, "~^(?!(POST|PUT|PATCH|DELETE)$)"),
    };

    private static string Map(string variable, string name, string pattern) =>
        $"map {variable} ${name} {{ default 0; {QuotedForNginx(pattern)} 1; }}";

    private static string AgentPattern(string agent) => $"^{LoggedText.Pattern(agent)}{(IsCut(agent) ? "" : "$")}";

    /// <summary>A text that was as long as is held may go on.</summary>
    private static bool IsCut(string text) => text.Length >= WebRule.LongestValue;

    /// <summary>The group as a regular expression over the whole path.</summary>
    internal static string Pattern(string group)
    {
        var isOpen = group.EndsWith("/**", StringComparison.Ordinal);
        var parts = (isOpen ? group[..^2] : group).Split('*').Select(Literal);
        return $"^{string.Join("[^/]*", parts)}{(isOpen ? ".*" : "")}$";
    }

    private static string Literal(string text) => string.Concat(text.Select(LoggedText.Octet));

    /// <summary>In double quotes, where a dollar would stand for the environment.</summary>
    private static string QuotedForHaProxy(string text) => Quoted(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal));

    /// <summary>In double quotes, where a backslash before a dollar would stay.</summary>
    private static string QuotedForNginx(string text) => Quoted(text.Replace("\\", "\\\\", StringComparison.Ordinal));

    private static string Quoted(string text) => '"' + text.Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
