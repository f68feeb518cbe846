using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Response.Rules.Forms;

namespace Breakwater.Console;

/// <summary>A filter in the words of those who speak no BGP with Breakwater.</summary>
internal static class MitigationForms
{
    private static readonly ImmutableArray<(string Name, RuleForm Form, RequestForm Request)> _forms =
    [
        ("plain", RuleForm.Plain, RequestForm.Plain), ("flowspec", RuleForm.FlowSpec, RequestForm.FlowSpec), ("cisco", RuleForm.Cisco, RequestForm.Cisco),
        ("juniper", RuleForm.Juniper, RequestForm.Juniper), ("mikrotik", RuleForm.MikroTik, RequestForm.MikroTik), ("nftables", RuleForm.Nftables, RequestForm.Nftables),
    ];

    /// <summary>Form → text; null where the form cannot say what the rule means.</summary>
    public static JsonObject Write(Mitigation row)
    {
        var forms = new JsonObject();
        foreach (var (name, form, _) in _forms)
            forms[name] = RuleForms.Of(row.Rule, form, row.Id);
        return forms;
    }

    /// <summary>What to send to each upstream, and to whom.</summary>
    public static JsonArray Requests(Mitigation row, ImmutableArray<UpstreamConfig> upstreams) => new([.. upstreams.Select(upstream =>
    {
        var isBlackhole = row.Rule.Action.Kind == FilterActionKind.Blackhole;
        var text = RuleForms.Of(row.Rule, _forms.First(form => form.Request == upstream.Form).Form, row.Id) ?? RuleForms.Of(row.Rule, RuleForm.Plain, row.Id);
        return (JsonNode)new JsonObject
        {
            ["upstream"] = upstream.Name,
            ["contact"] = upstream.Contact,
            ["asNumber"] = upstream.AsNumber,
            ["community"] = isBlackhole ? upstream.BlackholeCommunity : null,
            ["text"] = isBlackhole && upstream.BlackholeCommunity is { } community ? $"{text}\nThe route {row.Rule.Match.Destination} carries the community {community}." : text,
        };
    })]);
}
