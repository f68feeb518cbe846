using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>Roles as JSON and the command line spell them.</summary>
internal static class RoleNames
{
    public static readonly string[] All = ["viewer", "operator", "admin"];

    public static string Of(Role role) => All[(int)role];

    public static Role? Parse(string? name) => Array.IndexOf(All, name) is >= 0 and var index ? (Role)index : null;
}
