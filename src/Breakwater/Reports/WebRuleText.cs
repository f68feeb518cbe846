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
    /// <summary>The name that its conditions have in a configuration.</summary>
    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"breakwater_{index + 1}");

    /// <summary>The rule and its price for a person.</summary>
    public static string Sentence(WebRule rule) => $"{string.Join(" and ", rule.Conditions.Select(Sentence))}: covers {Share(rule.ExcessCovered)} of the excess, "
        + $"touches {Share(rule.LegitimateTouched)} of the usual requests and {Share(rule.LegitimateClients)} of the usual clients";

    /// <summary>Lines for a frontend: a list of conditions under names, and the rule itself.</summary>
    public static string HaProxy(WebRule rule, string name)
    {
        var text = new StringBuilder();
        for (var index = 0; index < rule.Conditions.Length; index++)
            text.Append("acl ").Append(name).Append(Letter(index)).Append(' ').Append(HaProxy(rule.Conditions[index])).Append('\n');
        text.Append("http-request deny deny_status 429 if ").AppendJoin(' ', Enumerable.Range(0, rule.Conditions.Length).Select(index => name + Letter(index))).Append('\n');
        return text.ToString();
    }

    /// <summary>Maps for the http block, and behind them, as a comment, what a server block needs.</summary>
    public static string Nginx(WebRule rule, string name)
    {
        var text = new StringBuilder();
        for (var index = 0; index < rule.Conditions.Length; index++)
            text.Append(Nginx(rule.Conditions[index], name + Letter(index))).Append('\n');
        text.Append("map \"").AppendJoin("", Enumerable.Range(0, rule.Conditions.Length).Select(index => $"${name}{Letter(index)}")).Append("\" $").Append(name)
            .Append(" { default 0; \"").Append('1', rule.Conditions.Length).Append("\" 1; }\n");
        return text.Append("# in the server block: if ($").Append(name).Append(") { return 429; }\n").ToString();
    }

    private static char Letter(int index) => (char)('a' + index);

    private static string Share(Estimate estimate) => string.Create(
        CultureInfo.InvariantCulture, $"{estimate.Value * 100:0.#} % ({estimate.Low * 100:0.#} to {estimate.High * 100:0.#})");

    private static string Sentence(WebCondition condition) => (condition.Field, condition.Value) switch
    {
        (WebField.Path, var group) => $"path {group}",
        (WebField.UserAgent, "") => "no user agent",
        (WebField.UserAgent, var agent) => $"user agent \"{agent}\"",
        (WebField.Network, var network) => $"client in {network}",
        (WebField.Query, "1") => "with a query",
        (WebField.Query, _) => "without a query",
        (WebField.Referer, "1") => "with a Referer",
        (WebField.Referer, _) => "without a Referer",
        (WebField.HttpVersion, "1") => "HTTP/1",
        (WebField.HttpVersion, _) => "HTTP/2 or later",
        (_, "1") => "POST, PUT, PATCH or DELETE",
        _ => "a method that changes nothing",
    };

    private static string HaProxy(WebCondition condition) => (condition.Field, condition.Value) switch
    {
        (WebField.Path, var group) => $"path -m reg {Quoted(Pattern(group))}",
        (WebField.UserAgent, "") => "req.hdr_cnt(user-agent) eq 0",
        (WebField.UserAgent, var agent) => IsCut(agent) ? $"req.fhdr(user-agent) -m beg {Quoted(agent)}" : $"req.fhdr(user-agent) -m str {Quoted(agent)}",
        (WebField.Network, var network) => $"src {network}",
        (WebField.Query, "1") => "query -m len gt 0",
        (WebField.Query, _) => "query -m len eq 0",
        (WebField.Referer, "1") => "req.hdr_cnt(referer) gt 0",
        (WebField.Referer, _) => "req.hdr_cnt(referer) eq 0",
        (WebField.HttpVersion, "1") => "req.ver -m beg 1.",
        (WebField.HttpVersion, _) => "req.ver -m reg ^[23]",
        (_, "1") => "method POST PUT PATCH DELETE",
        _ => "method GET HEAD OPTIONS",
    };

    private static string Nginx(WebCondition condition, string name) => (condition.Field, condition.Value) switch
    {
        (WebField.Path, var group) => Map("$uri", name, '~' + Pattern(group)),
        (WebField.UserAgent, var agent) => IsCut(agent) ? Map("$http_user_agent", name, "~^" + Literal(agent)) : Map("$http_user_agent", name, "~^" + Literal(agent) + "$"),
        (WebField.Network, var network) => $"geo ${name} {{ default 0; {network} 1; }}",
        (WebField.Query, "1") => Map("$args", name, "~."),
        (WebField.Query, _) => Map("$args", name, "~^$"),
        (WebField.Referer, "1") => Map("$http_referer", name, "~."),
        (WebField.Referer, _) => Map("$http_referer", name, "~^$"),
        (WebField.HttpVersion, "1") => Map("$server_protocol", name, "~^HTTP/1"),
        (WebField.HttpVersion, _) => Map("$server_protocol", name, "~^HTTP/[23]"),
        (_, "1") => Map("$request_method", name, "~^(POST|PUT|PATCH|DELETE)$"),
        _ => Map("$request_method", name, "~^(GET|HEAD|OPTIONS)$"),
    };

    private static string Map(string variable, string name, string pattern) =>
        $"map {variable} ${name} {{ default 0; {Quoted(pattern)} 1; }}";

    /// <summary>A text that was as long as is held may go on.</summary>
    private static bool IsCut(string text) => text.Length >= WebRule.LongestValue;

    /// <summary>The group as a regular expression over the whole path.</summary>
    internal static string Pattern(string group)
    {
        var isOpen = group.EndsWith("/**", StringComparison.Ordinal);
        var parts = (isOpen ? group[..^2] : group).Split('*').Select(Literal);
        return $"^{string.Join("[^/]*", parts)}{(isOpen ? ".*" : "")}$";
    }

    /// <summary>A literal inside a regular expression. A question mark stands for an octet that a terminal would not show.</summary>
    private static string Literal(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
            escaped.Append(letter switch
            {
                '?' => ".",
                _ when char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_' or '~' or ' ' or ',' or ':' or ';' or '=' or '@' or '%' or '&' or '!' => letter.ToString(),
                _ => $"\\x{(int)letter:x2}",
            });
        return escaped.ToString();
    }

    /// <summary>In double quotes, as both proxies read them.</summary>
    private static string Quoted(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal) + '"';
}
