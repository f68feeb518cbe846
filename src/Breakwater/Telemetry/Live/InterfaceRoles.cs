using System.Collections.Frozen;
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

/// <summary>
/// Which records of one exporter are counted, so that a packet which passes several metered interfaces counts once: those at the external
/// boundary, when any exporter has one; else all but those of ignored interfaces.
/// </summary>
/// <param name="roles">By ifIndex; what is not listed is internal.</param>
/// <param name="hasBoundary">Some exporter has an external interface.</param>
internal sealed class InterfaceRoles(FrozenDictionary<uint, InterfaceRole> roles, bool hasBoundary)
{
    private const FlowFields Interfaces = FlowFields.InputInterface | FlowFields.OutputInterface;
    private const byte Egress = 1;

    /// <summary>Of each interface that is listed, by ifIndex.</summary>
    public IReadOnlyDictionary<uint, InterfaceRole> Roles => roles;

    /// <summary>Some exporter has an external interface.</summary>
    public bool HasBoundary => hasBoundary;

    /// <summary>Everything counts.</summary>
    public static InterfaceRoles None { get; } = new(FrozenDictionary<uint, InterfaceRole>.Empty, hasBoundary: false);

    /// <summary>True when the record is to be counted. One that names no interface is: it cannot be told apart.</summary>
    public bool Counts(in FlowRecord flow)
    {
        if ((!hasBoundary && roles.Count == 0) || (flow.Known & Interfaces) == 0)
            return true;
        var input = RoleOf(in flow, FlowFields.InputInterface, flow.InputInterface);
        var output = RoleOf(in flow, FlowFields.OutputInterface, flow.OutputInterface);
        if (input == InterfaceRole.Ignored || output == InterfaceRole.Ignored)
            return false;
        if (!hasBoundary)
            return true;
        // IPFIX flowDirection (IE 61) tells where it was metered: the same flow may be told at its other interface too.
        if (flow.Knows(FlowFields.Direction))
            return (flow.Direction == Egress ? output : input) == InterfaceRole.External;
        return input == InterfaceRole.External || output == InterfaceRole.External;
    }

    private InterfaceRole RoleOf(in FlowRecord flow, FlowFields field, uint index) =>
        flow.Knows(field) && roles.TryGetValue(index, out var role) ? role : InterfaceRole.Internal;
}
