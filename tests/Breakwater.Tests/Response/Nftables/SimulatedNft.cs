using System.Globalization;
using System.Text;
using Breakwater.Response.Nftables;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>
/// The kernel's side as the agent relies on it: transactions are whole or not at all, elements lapse by its clock, an element that is there is not made to last by adding it,
/// what is absent cannot be deleted.
/// </summary>
internal sealed class SimulatedNft(TimeProvider time) : INft
{
    private State? _table;

    /// <summary>The next transactions fail before they do anything.</summary>
    public int FailNext { get; set; }

    public int Transactions { get; private set; }

    /// <summary>Rules of the chains whose set has its element now, as the hook's chain reaches them.</summary>
    public IReadOnlyList<string> Live => _table is null ? [] : [.. _table.Jumps.Where(jump => IsLive(_table, jump)).Select(jump => string.Join(" ; ", _table.Chains[Chain(jump)]))];

    public bool HasTable => _table is not null;

    /// <summary>How the chain at the hook is listed.</summary>
    public string Hook { get; set; } = UsualHook;

    public const string UsualHook = ",\"type\":\"filter\",\"hook\":\"ingress\",\"prio\":-300,\"policy\":\"accept\",\"dev\":\"v1\"";

    /// <summary>Somebody takes the jumps away, and leaves the filters' chains.</summary>
    public void FlushHook() => _table?.Jumps.Clear();

    /// <summary>Somebody flushes everything.</summary>
    public void Flush() => _table = null;

    public Task<string?> Apply(string commands)
    {
        Transactions++;
        if (FailNext > 0)
        {
            FailNext--;
            return Task.FromResult<string?>("Device or resource busy");
        }

        var next = _table?.Copy();
        foreach (var line in commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Do(line, ref next) is { } fault)
                return Task.FromResult<string?>($"{line}: {fault}");
        }

        _table = next;
        return Task.FromResult<string?>(null);
    }

    public Task<(string? Json, string? Fault)> List()
    {
        if (_table is null)
            return Task.FromResult<(string? Json, string? Fault)>((null, "No such file or directory"));
        var text = new StringBuilder("{\"nftables\":[{\"metainfo\":{}}");
        foreach (var (name, rules) in _table.Chains)
        {
            text.Append(CultureInfo.InvariantCulture, $",{{\"chain\":{{\"name\":\"{name}\"{(name == "ingress" ? Hook : "")}}}}}");
            foreach (var rule in rules)
                text.Append(CultureInfo.InvariantCulture, $",{{\"rule\":{{\"chain\":\"{name}\",\"expr\":[{(rule.Contains("counter", StringComparison.Ordinal) ? "{\"counter\":{\"packets\":7,\"bytes\":700}}," : "")}{{\"drop\":null}}]}}}}");
        }

        foreach (var jump in _table.Jumps)
            text.Append(CultureInfo.InvariantCulture, $",{{\"rule\":{{\"chain\":\"ingress\",\"expr\":[{{\"match\":{{}}}},{{\"jump\":{{\"target\":\"{Chain(jump)}\"}}}}]}}}}");
        return Task.FromResult<(string? Json, string? Fault)>((text.Append("]}").ToString(), null));
    }

    private string? Do(string line, ref State? table)
    {
        var words = line.Split(' ');
        var (verb, kind) = (words[0], words[1]);
        if (kind == "table")
        {
            if (verb == "delete" && table is null)
                return "No such file or directory";
            table = verb == "delete" ? null : table ?? new State();
            return null;
        }

        if (table is null || words[3] != "breakwater")
            return "No such file or directory";
        var name = words[4];
        switch (verb + " " + kind)
        {
            case "add chain":
                table.Chains.TryAdd(name, []);
                return null;
            case "flush chain":
                if (name == "ingress")
                    table.Jumps.Clear();
                return table.Chains.TryGetValue(name, out var flushed) ? Clear(flushed) : "No such chain";
            case "delete chain":
                return table.Jumps.Any(jump => Chain(jump) == name) ? "Device or resource busy" : table.Chains.Remove(name) ? null : "No such chain";
            case "add set":
                table.Sets.TryAdd(name, null);
                return null;
            case "delete set":
                return table.Jumps.Any(jump => jump.Contains($"@{name} ", StringComparison.Ordinal)) ? "Device or resource busy" : table.Sets.Remove(name) ? null : "No such set";
            case "add element":
                if (!table.Sets.TryGetValue(name, out var until))
                    return "No such set";
                if (until is null || until <= time.GetUtcNow())
                    table.Sets[name] = time.GetUtcNow() + TimeSpan.FromMilliseconds(long.Parse(words[Array.IndexOf(words, "timeout") + 1][..^2], CultureInfo.InvariantCulture));
                return null;
            case "delete element":
                if (!table.Sets.TryGetValue(name, out until) || until is null || until <= time.GetUtcNow())
                    return "No such element";
                table.Sets[name] = null;
                return null;
            case "add rule" when name == "ingress":
                table.Jumps.Add(line);
                return table.Chains.ContainsKey(Chain(line)) && table.Sets.ContainsKey(Set(line)) ? null : "No such file or directory";
            case "add rule":
                if (!table.Chains.TryGetValue(name, out var rules))
                    return "No such chain";
                rules.Add(string.Join(' ', words[5..]));
                return line.Contains("rate over 17000000000", StringComparison.Ordinal) ? "Value too large for defined data type" : null;
            default:
                return "syntax error";
        }
    }

    private static string? Clear(List<string> rules)
    {
        rules.Clear();
        return null;
    }

    private bool IsLive(State table, string jump) => table.Sets[Set(jump)] is { } until && until > time.GetUtcNow();

    private static string Chain(string jump) => jump[(jump.LastIndexOf(' ') + 1)..];

    private static string Set(string jump) => jump.Split('@')[1].Split(' ')[0];

    private sealed class State
    {
        public SortedDictionary<string, List<string>> Chains { get; private init; } = new(StringComparer.Ordinal);

        public Dictionary<string, DateTimeOffset?> Sets { get; private init; } = new(StringComparer.Ordinal);

        public List<string> Jumps { get; private init; } = [];

        public State Copy() => new()
        {
            Chains = new(Chains.ToDictionary(static chain => chain.Key, static chain => chain.Value.ToList(), StringComparer.Ordinal), StringComparer.Ordinal),
            Sets = new(Sets, StringComparer.Ordinal),
            Jumps = [.. Jumps],
        };
    }
}
