using System.Collections.Immutable;
using System.Numerics;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Price;

/// <summary>A match with the records that it meets, one bit each.</summary>
internal sealed class Candidate
{
    /// <summary>The first port that nobody registers (RFC 6335 §6).</summary>
    public const int FirstDynamic = 49_152;

    /// <summary>The first port that Linux gives to who asks (ip_local_port_range); nothing is told from such ports.</summary>
    public const int FirstEphemeral = 32_768;

    /// <summary>Rules of more ports than this do not name the attack: they name what is not ordinary.</summary>
    private const int NamedPorts = 1_024;

    private const int WholeProtocol = 3;
    private const int Changeable = 3;

    /// <param name="match">The match.</param>
    /// <param name="table">The records.</param>
    /// <param name="within">Records outside of these are not met, as is known; null: those of the match's protocol.</param>
    public Candidate(FilterMatch match, TrafficTable table, ulong[]? within = null)
    {
        Match = match;
        var rows = table.Rows;
        within ??= table.OfProtocol(match.Protocol);
        Met = new ulong[within.Length];
        for (var word = 0; word < within.Length; word++)
        {
            for (var bits = within[word]; bits != 0; bits &= bits - 1)
            {
                if (rows[(word << 6) + BitOperations.TrailingZeroCount(bits)].IsMetBy(match))
                    Met[word] |= bits & (ulong)-(long)bits;
            }
        }

        Excess = Sum(Met, table.ExcessOf);
    }

    public FilterMatch Match { get; }

    public ulong[] Met { get; }

    /// <summary>Packets on top of the usual that it meets.</summary>
    public double Excess { get; }

    /// <summary>
    /// How much the match asks: of two that do the same, the plainer one is taken. A whole protocol of many counts for more than one port of it, since nobody knows who else
    /// will need it; lengths and ports of one side's choosing are the first that an attacker changes.
    /// </summary>
    public int Parts => Components + Match.SourcePorts.Length + Match.DestinationPorts.Length + Match.PacketLengths.Length
        + (IsWholeProtocol ? WholeProtocol : 0) + (Match.PacketLengths.IsEmpty ? 0 : Changeable)
        + (IsDynamic(Match.SourcePorts) || IsDynamic(Match.DestinationPorts) ? 2 * Changeable : 0);

    /// <summary>
    /// What of a target's traffic it can meet, in steps: 0 what comes from a port or has a mark (flags, a type, a later fragment) that the attack has; 1 a service of the target;
    /// 2 a protocol.
    /// </summary>
    public int Reach => (!Match.SourcePorts.IsEmpty || (RouterProfile.ComponentsOf(Match) & (FilterComponents.TcpFlags | FilterComponents.IcmpType | FilterComponents.Fragment)) != 0) && !IsComplement ? 0
        : !Match.DestinationPorts.IsEmpty && !IsComplement ? 1 : 2;

    /// <summary>How many things of a packet it asks for.</summary>
    public int Components => BitOperations.PopCount((uint)RouterProfile.ComponentsOf(Match)) + (!Match.SourcePorts.IsEmpty && !Match.DestinationPorts.IsEmpty ? 1 : 0);

    /// <summary>How many things it asks for that an attacker changes first: lengths, or a port of one side's choosing.</summary>
    public int Evadable => (Match.PacketLengths.IsEmpty ? 0 : 1) + (HasEphemeral(Match.SourcePorts) ? 1 : 0) + (HasEphemeral(Match.DestinationPorts) ? 1 : 0);

    /// <summary>It matches all ports but some.</summary>
    public bool IsComplement => Ports(Match.SourcePorts) > NamedPorts || Ports(Match.DestinationPorts) > NamedPorts;

    private static int Ports(ImmutableArray<NumberRange> ranges) => ranges.Sum(static range => range.High - range.Low + 1);

    private bool IsWholeProtocol => Match.Protocol is 1 or 6 or 17 or 58 && RouterProfile.ComponentsOf(Match) == FilterComponents.Protocol;

    private static bool HasEphemeral(ImmutableArray<NumberRange> ports) => ports.Any(static range => range.Low >= FirstEphemeral && range.Low == range.High);

    private static bool IsDynamic(ImmutableArray<NumberRange> ports) => ports is [{ Low: >= FirstDynamic } only] && only.Low == only.High;

    /// <summary>The sum of what the records with a bit weigh.</summary>
    public static double Sum(ReadOnlySpan<ulong> met, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var word = 0; word < met.Length; word++)
        {
            for (var bits = met[word]; bits != 0; bits &= bits - 1)
                sum += weights[(word << 6) + BitOperations.TrailingZeroCount(bits)];
        }

        return sum;
    }

    /// <summary>All records that any of them meets.</summary>
    public static ulong[] Union(IReadOnlyList<Candidate> candidates, int words)
    {
        var met = new ulong[words];
        foreach (var candidate in candidates)
        {
            for (var word = 0; word < words; word++)
                met[word] |= candidate.Met[word];
        }

        return met;
    }
}
