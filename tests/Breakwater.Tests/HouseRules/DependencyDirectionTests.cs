using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.HouseRules;

/// <summary>Who may know whom: Wire knows nobody, Detection only Wire, and the stages inside Breakwater only those before them.</summary>
public sealed class DependencyDirectionTests
{
    /// <summary>Types in the first namespace (and below it) do not use types in the others. Reports, Commands and Program.cs join them.</summary>
    private static readonly (string Stage, string[] MustNotKnow)[] _stages =
    [
        ("Breakwater.Wire", ["Telemetry", "Detection", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Detection", ["Telemetry", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Configuration", ["Telemetry", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Telemetry", ["Detection", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Samples", ["Telemetry", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Reports", "Commands"]),
        ("Breakwater.Incidents", ["Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Response", ["Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Console", ["Samples", "Reports", "Commands"]),
        ("Breakwater.Reach", ["Telemetry", "Detection", "Response", "Console", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Noise", ["Telemetry", "Detection", "Response", "Console", "Reach", "Watch", "Samples", "Reports", "Commands"]),
        // Geo names what reports show: what leads to a verdict cannot know it. Web detection gets answers through a delegate (decision 035).
        ("Breakwater.Geo", ["Telemetry", "Detection", "Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Reports", "Commands"]),
        ("Breakwater.Wire", ["Geo"]),
        ("Breakwater.Detection", ["Geo"]),
        ("Breakwater.Telemetry", ["Geo"]),
        // Live joins Telemetry and Detection; what they are made of does not know it, and it does not know what comes after it.
        ("Breakwater.Wire", ["Live"]),
        ("Breakwater.Detection", ["Live"]),
        ("Breakwater.Telemetry", ["Live"]),
        ("Breakwater.Live", ["Incidents", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Commands"]),
        // What comes before the journal does not know it; Reports alone says how a kept incident is told.
        ("Breakwater.Demo", ["Telemetry", "Incidents", "Response", "Console", "Live", "Reports", "Commands"]),
        ("Breakwater.Samples", ["Demo"]),
        ("Breakwater.Incidents", ["Demo"]),
        ("Breakwater.Console", ["Demo"]),
        ("Breakwater.Notify", ["Telemetry", "Detection", "Live", "Response", "Console", "Reach", "Noise", "Watch", "Samples", "Demo", "Reports", "Commands"]),
        ("Breakwater.Incidents", ["Notify"]),
        ("Breakwater.Watch", ["Telemetry", "Detection", "Response", "Console", "Reach", "Noise", "Samples", "Reports", "Commands"]),
    ];

    /// <summary>Assemblies that give a pure project what its banned list forbids: sockets, processes, consoles, hosts, loggers.</summary>
    private static readonly string[] _impure =
    [
        "System.Net.Sockets", "System.Net.Http", "System.Net.NameResolution", "System.Net.Security", "System.Console", "System.Diagnostics.Process",
        "System.IO.FileSystem", "System.IO.Pipes", "System.IO.MemoryMappedFiles", "System.CommandLine", "System.Threading.Thread",
        "System.Threading.ThreadPool", "System.Threading.Channels", "System.Threading.Tasks.Parallel", "System.Security.Cryptography.OpenSsl",
        "Microsoft.Extensions.*", "Microsoft.AspNetCore.*", "Microsoft.Data.*",
    ];

    private static string Wire => typeof(FlowRecord).Assembly.Location;
    private static string Detection => typeof(Vectors).Assembly.Location;
    private static string Executable => Path.Combine(AppContext.BaseDirectory, "breakwater.dll");
    private static string Tests => typeof(DependencyDirectionTests).Assembly.Location;

    [Fact]
    public void Wire_References_NothingOfOursAndNoImpureAssembly() => Rule.Holds(ForbiddenAssemblies(Wire, allowed: []));

    [Fact]
    public void Detection_References_OnlyWireAndNoImpureAssembly() => Rule.Holds(ForbiddenAssemblies(Detection, allowed: ["Breakwater.Wire"]));

    [Fact]
    public void ForbiddenAssemblies_OfAnImpureAssembly_AreFound()
    {
        var found = ForbiddenAssemblies(Tests, allowed: ["Breakwater.Wire"]);
        Assert.Contains("Breakwater.Detection", found);
        Assert.Contains("System.Diagnostics.Process", found);
        Assert.DoesNotContain("Breakwater.Wire", found);
    }

    [Fact]
    public void Stages_KnowOnlyThoseBeforeThem()
    {
        foreach (var assembly in new[] { Wire, Detection, Executable })
            Rule.Holds(Violations(assembly));
    }

    [Theory]
    [InlineData("Breakwater.Telemetry.PlantedField", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedBody", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedGenericArgument", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedAttributeUse", "Breakwater.Detection.PlantedAttribute")]
    [InlineData("Breakwater.Telemetry.PlantedConstraint`1", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedCatch", "Breakwater.Detection.PlantedException")]
    [InlineData("Breakwater.Telemetry.PlantedLambda", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.Deeper.PlantedBase", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedAfterSwitch", "Breakwater.Detection.PlantedTarget")]
    [InlineData("Breakwater.Telemetry.PlantedOtherAssembly", "Breakwater.Detection.Vectors")]
    [InlineData("Breakwater.Detection.PlantedBackwards", "Breakwater.Telemetry.PlantedField")]
    [InlineData("Breakwater.Response.PlantedForwards", "Breakwater.Reach.PlantedProbe")]
    [InlineData("Breakwater.Detection.PlantedGeoVerdict", "Breakwater.Geo.PlantedCountry")]
    [InlineData("Breakwater.Geo.PlantedCountry", "Breakwater.Reports.PlantedReport")]
    public void Stages_PlantedViolation_IsFound(string from, string to) => Assert.Contains(new TypeUse(from, to), Violations(Tests));

    [Fact]
    public void Stages_UseInTheRightDirection_IsNoViolation() =>
        Assert.DoesNotContain(Violations(Tests), use => use.From == "Breakwater.Reach.PlantedProbe");

    /// <summary>Samples are files: no type that writes them can reach a network.</summary>
    [Fact]
    public void Samples_UseNoNetwork()
    {
        Rule.Holds(NetworkUses(Executable));
        Assert.Contains(new TypeUse("Breakwater.Samples.PlantedSender", "System.Net.Sockets.UdpClient"), NetworkUses(Tests));
    }

    private static List<TypeUse> NetworkUses(string assembly) =>
    [
        .. IlReferences.Uses(assembly).Where(use => (IsIn(use.From, "Breakwater.Samples") || IsIn(use.From, "Breakwater.Wire"))
            && (IsIn(use.To, "System.Net.Sockets") || IsIn(use.To, "System.Net.Http") || IsIn(use.To, "System.Net.NetworkInformation"))),
    ];

    private static List<TypeUse> Violations(string assembly) =>
    [
        .. from use in IlReferences.Uses(assembly)
           from stage in _stages
           where IsIn(use.From, stage.Stage) && stage.MustNotKnow.Any(other => IsIn(use.To, $"Breakwater.{other}"))
           select use,
    ];

    private static bool IsIn(string type, string space) =>
        type.Length > space.Length && type.StartsWith(space, StringComparison.Ordinal) && type[space.Length] == '.';

    private static List<string> ForbiddenAssemblies(string assembly, string[] allowed) =>
    [
        .. IlReferences.Assemblies(assembly).Where(name =>
            (name.StartsWith("Breakwater", StringComparison.OrdinalIgnoreCase) && !allowed.Contains(name))
            || _impure.Any(pattern => pattern.EndsWith(".*", StringComparison.Ordinal)
                ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
                : name == pattern)),
    ];
}
