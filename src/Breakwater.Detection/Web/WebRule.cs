using System.Collections.Immutable;

namespace Breakwater.Detection.Web;

/// <summary>What a condition of a rule looks at.</summary>
public enum WebField : byte
{
    /// <summary>The path group: <c>*</c> stands for anything in a segment, <c>/**</c> for any further ones.</summary>
    Path,

    /// <summary>With a query: 1; without: 0.</summary>
    Query,

    /// <summary>The whole User-Agent header.</summary>
    UserAgent,

    /// <summary>With a Referer header: 1; without: 0.</summary>
    Referer,

    /// <summary>HTTP/1.x: 1; later: 2.</summary>
    HttpVersion,

    /// <summary>POST, PUT, PATCH and DELETE: 1; others: 0.</summary>
    Writes,

    /// <summary>The client's /24 (IPv6: /48).</summary>
    Network,

    /// <summary>Networks of clients of the surge in one country by the operator's database: two letters.</summary>
    Country,

    /// <summary>Networks of clients of the surge in one autonomous system by the operator's database: <c>AS64496</c>.</summary>
    System,
}

/// <summary>One condition of a rule.</summary>
public sealed record WebCondition(WebField Field, string Value)
{
    /// <summary>
    /// Of a country or a system: the networks that the condition asks for, those with most requests of a sample of the surge's clients, in the order of their addresses. At
    /// most <see cref="WebLimits.RuleNetworks"/>; empty for other fields.
    /// </summary>
    public ImmutableArray<Prefix> Networks { get; init; } = [];

    /// <summary>Of a country or a system: the part of its requests in the surge that came from these networks, 0-1; null for other fields.</summary>
    public double? NetworksShare { get; init; }
}

/// <summary>A conjunction of at most three conditions, and its price.</summary>
/// <param name="Conditions">All of them must hold.</param>
/// <param name="ExcessCovered">The part of the requests above the usual that it meets, 0-1.</param>
/// <param name="LegitimateTouched">The part of the requests of the time before that it would have met, 0-1.</param>
/// <param name="LegitimateClients">The part of the clients of the time before of whom it would have met a request, 0-1.</param>
public sealed record WebRule(ImmutableArray<WebCondition> Conditions, Estimate ExcessCovered, Estimate LegitimateTouched, Estimate LegitimateClients)
{
    /// <summary>Characters of a value that is held to its end; one as long may go on.</summary>
    public const int LongestValue = WebLimits.NameBytes;
}
