using Breakwater.Console;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Console;

/// <summary>docs/reference/api.md lists the endpoints of the code, and no other. BREAKWATER_WRITE_DOCS=1 writes the list anew.</summary>
public sealed class ApiPageTests
{
    private const string Page = "docs/reference/api.md";
    private const string Begin = "<!-- endpoints -->\n";
    private const string End = "<!-- end of endpoints -->";

    [Fact]
    public void Page_HasEveryEndpoint()
    {
        var text = SourceTree.Read(Page);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        var filled = text[..from] + Rows() + text[to..];
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, Page), filled);
        else
            Assert.Equal(filled, text);
    }

    private static string Rows() => "| Endpoint | Role | Scope | What |\n|---|---|---|---|\n" + string.Concat(Endpoints.All.Where(endpoint => endpoint.IsApi).Select(endpoint =>
        $"| `{endpoint.Method} {endpoint.Path}` | {(endpoint.Scope == EndpointScope.Open ? "—" : RoleNames.Of(endpoint.Role))} | {Scope(endpoint.Scope)} | {endpoint.Summary} |\n"));

    private static string Scope(EndpointScope scope) => scope switch
    {
        EndpointScope.Open => "open",
        EndpointScope.Whole => "all services",
        _ => "own services",
    };
}
