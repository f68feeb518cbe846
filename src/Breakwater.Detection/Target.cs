using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>What kind of thing is attacked.</summary>
public enum TargetKind : byte
{
    Host,
    Prefix,
    Service,
}

/// <summary>Which way the traffic goes, seen from the own network.</summary>
public enum Direction : byte
{
    Inbound,
    Outbound,
}

/// <summary>How an attack is laid out: on one host, over many at once, or on and off.</summary>
public enum Shape : byte
{
    Host,
    Carpet,
    Pulse,
}

/// <summary>Who is attacked, or (outbound) whose host attacks.</summary>
/// <param name="Kind">Host, prefix or service.</param>
/// <param name="Prefix">The host as a network of one, the prefix, or the first network of the service.</param>
/// <param name="Direction">Inbound: the target receives the attack; outbound: it sends it.</param>
/// <param name="Service">The service's name when it is one, or when the host belongs to one.</param>
public readonly record struct Target(TargetKind Kind, Prefix Prefix, Direction Direction, string? Service = null) : IComparable<Target>
{
    /// <summary>A host that receives.</summary>
    public static Target Host(Address host, Direction direction = Direction.Inbound, string? service = null) =>
        new(TargetKind.Host, new Prefix(host, host.IsIPv4 ? 32 : 128), direction, service);

    /// <summary>True when all of <paramref name="other"/>'s addresses are inside.</summary>
    public bool Covers(Target other) => Direction == other.Direction && (Kind == TargetKind.Service && Service is not null
        ? Service == other.Service
        : other.Kind != TargetKind.Service && Prefix.Length <= other.Prefix.Length && Prefix.Contains(other.Prefix.Network));

    /// <summary>Address order, wider networks first.</summary>
    public int CompareTo(Target other)
    {
        var order = ((byte)Kind).CompareTo((byte)other.Kind); // an enum compared as such is boxed
        if (order == 0)
            order = Prefix.Network.CompareTo(other.Prefix.Network);
        if (order == 0)
            order = Prefix.Length.CompareTo(other.Prefix.Length);
        if (order == 0)
            order = ((byte)Direction).CompareTo((byte)other.Direction);
        return order != 0 ? order : string.CompareOrdinal(Service, other.Service);
    }

    public static bool operator <(Target left, Target right) => left.CompareTo(right) < 0;

    public static bool operator >(Target left, Target right) => left.CompareTo(right) > 0;

    public static bool operator <=(Target left, Target right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Target left, Target right) => left.CompareTo(right) >= 0;

    /// <summary>The value as reported: an address, a network, a service's name; null for everything at once.</summary>
    public string? Value => Kind switch
    {
        TargetKind.Host => Prefix.Network.ToString(),
        TargetKind.Service => Service,
        _ => Prefix.Length == 0 ? null : Prefix.ToString(),
    };

    public override string ToString() => Value ?? "the whole network";
}
