using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>What an interface of an exporter leads to.</summary>
internal enum InterfaceRole : byte
{
    /// <summary>Other networks: traffic is counted here.</summary>
    External,

    /// <summary>The own network: traffic is counted elsewhere.</summary>
    Internal,

    /// <summary>What is of no interest: a mirror port, a management network.</summary>
    Ignored,
}

/// <summary>Interfaces that are found by their names.</summary>
/// <param name="Pattern">See <see cref="InterfacePattern"/>.</param>
/// <param name="Role">What they lead to.</param>
/// <param name="BitsPerSecond">Their speed, when the exporter is not to be asked; 0: as it tells.</param>
internal sealed record NamedInterfaces(string Pattern, InterfaceRole Role, ulong BitsPerSecond);

/// <summary>
/// Which records of one exporter are counted, so that a packet which passes several metered interfaces counts once: those at the external
/// boundary, when any exporter has one; else all but those of ignored interfaces. Immutable: names that become known make another one.
/// </summary>
/// <param name="roles">By ifIndex; what is not listed is internal.</param>
/// <param name="hasBoundary">Some exporter has an external interface.</param>
internal sealed class InterfaceRoles(FrozenDictionary<uint, InterfaceRole> roles, bool hasBoundary)
{
    private const FlowFields Interfaces = FlowFields.InputInterface | FlowFields.OutputInterface;
    private const byte Egress = 1;

    private readonly bool _countsAll = !hasBoundary && roles.Count == 0;

    /// <summary>Of each interface that is listed, by ifIndex; with <see cref="Resolved"/>, of those found by their names too.</summary>
    public IReadOnlyDictionary<uint, InterfaceRole> Roles => roles;

    /// <summary>Some exporter has an external interface.</summary>
    public bool HasBoundary => hasBoundary;

    /// <summary>Interfaces that are not listed by ifIndex; the first pattern that a name is like holds.</summary>
    public ImmutableArray<NamedInterfaces> Named { get; init; } = [];

    /// <summary>Interfaces whose names are known, whatever patterns they are like.</summary>
    private FrozenSet<uint> Told { get; init; } = [];

    /// <summary>Speeds that the operator gave, by ifIndex, bits per second.</summary>
    public FrozenDictionary<uint, ulong> Speeds { get; init; } = FrozenDictionary<uint, ulong>.Empty;

    /// <summary>Everything counts.</summary>
    public static InterfaceRoles None { get; } = new(FrozenDictionary<uint, InterfaceRole>.Empty, hasBoundary: false);

    /// <summary>The same with the roles and speeds of interfaces whose names are known.</summary>
    public InterfaceRoles Resolved(IEnumerable<(uint Index, string Name)> names)
    {
        if (Named.IsEmpty)
            return this;
        var (found, speeds) = (roles.ToDictionary(), Speeds.ToDictionary());
        var told = new HashSet<uint>();
        foreach (var (index, name) in names)
        {
            told.Add(index);
            if (roles.ContainsKey(index) || Named.FirstOrDefault(named => InterfacePattern.IsLike(name, named.Pattern)) is not { } entry)
                continue;
            found[index] = entry.Role;
            if (entry.BitsPerSecond > 0)
                speeds[index] = entry.BitsPerSecond;
        }

        return new InterfaceRoles(found.ToFrozenDictionary(), hasBoundary) { Named = Named, Told = told.ToFrozenSet(), Speeds = speeds.ToFrozenDictionary() };
    }

    /// <summary>True when the record is to be counted. One that names no interface is: it cannot be told apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Counts(in FlowRecord flow) => _countsAll || (flow.Known & Interfaces) == 0 || CountsByRole(in flow);

    private bool CountsByRole(in FlowRecord flow)
    {
        var input = RoleOf(in flow, FlowFields.InputInterface, flow.InputInterface);
        var output = RoleOf(in flow, FlowFields.OutputInterface, flow.OutputInterface);
        if (input == InterfaceRole.Ignored || output == InterfaceRole.Ignored)
            return false;
        if (!hasBoundary)
            return true;
        // IPFIX flowDirection (IE 61) tells where it was metered: the same flow may be told at its other interface too.
        if (flow.Knows(FlowFields.Direction))
            return flow.Direction == Egress ? IsExternal(output, in flow, FlowFields.OutputInterface) : IsExternal(input, in flow, FlowFields.InputInterface);
        return IsExternal(input, in flow, FlowFields.InputInterface) || IsExternal(output, in flow, FlowFields.OutputInterface);
    }

    /// <summary>The role of one interface.</summary>
    public InterfaceRole RoleOf(uint index) => roles.GetValueOrDefault(index, InterfaceRole.Internal);

    /// <summary>It is, or it may be: which pattern it is like is not known before its name.</summary>
    private bool IsExternal(InterfaceRole role, in FlowRecord flow, FlowFields field)
    {
        if (role == InterfaceRole.External || Named.IsEmpty || !flow.Knows(field))
            return role == InterfaceRole.External;
        var index = field == FlowFields.InputInterface ? flow.InputInterface : flow.OutputInterface;
        return LinkTable.IsInterface(index) && !roles.ContainsKey(index) && !Told.Contains(index);
    }

    private InterfaceRole RoleOf(in FlowRecord flow, FlowFields field, uint index) => flow.Knows(field) ? RoleOf(index) : InterfaceRole.Internal;
}
