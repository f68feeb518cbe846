using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;

namespace Breakwater.Response.Effect;

/// <summary>The cohort of one service.</summary>
/// <param name="Members">Those who are known longest first.</param>
/// <param name="IsYoung">Nothing has been watched for so long that anybody could be known for long: more of them have to fall before that is called harm.</param>
internal sealed record KnownGood(ImmutableArray<CohortMember> Members, bool IsYoung);

/// <summary>
/// Clients that are known to be good: before the attack, the standing samples hold a TCP segment of an open connection from them and several of the service to them, over a time that begins
/// long before it. A forged sender gets no such answer, so nobody becomes known-good by forging (rule 10); whoever keeps real connections for so long does, good or not, and of one network
/// only a part (<see cref="NetworkShare"/>). UDP services have no such clients, and their cohort is empty.
/// </summary>
internal static class KnownGoodCohort
{
    /// <summary>What the last minutes before the attack hold may be its beginning.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>A client is known long when it was answered so long before the attack for the first time,</summary>
    public static readonly TimeSpan FirstBefore = TimeSpan.FromMinutes(15);

    /// <summary>and again so much later.</summary>
    public static readonly TimeSpan LeastSpan = TimeSpan.FromMinutes(10);

    /// <summary>Who did not ask for so long says nothing about now.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    private const byte Tcp = 6, Rst = 4;

    /// <summary>Mean bytes of the packets of a connection with data; segments without are shorter.</summary>
    private const uint SmallestMean = 100;

    /// <summary>Flow records whose flags show a whole session; see <see cref="SampledRecord.Class"/>.</summary>
    private const byte Session = 60;

    /// <summary>The cohort of one service.</summary>
    /// <param name="records">Its standing samples.</param>
    /// <param name="attackBegan">First sign of the attack; now, where there is none.</param>
    /// <param name="watchedSince">Since when there is telemetry: before <see cref="FirstBefore"/> and <see cref="LeastSpan"/> have passed nobody can be known long.</param>
    /// <param name="most">Most members.</param>
    public static KnownGood Of(IEnumerable<StandingRecord> records, DateTimeOffset attackBegan, DateTimeOffset watchedSince, int most)
    {
        var isYoung = attackBegan - watchedSince < FirstBefore + LeastSpan;
        var (before, early, recent) = (Nanoseconds(attackBegan - Margin), Nanoseconds(attackBegan - FirstBefore), Nanoseconds(attackBegan - Recent));
        var (asked, answered) = (new HashSet<CohortMember>(), new Dictionary<CohortMember, (long First, long Last)>());
        foreach (var (_, _, record) in records)
        {
            if (record.FirstNanoseconds >= before || record.Protocol != Tcp || !IsOfOpenConnection(record.Class))
                continue;
            if (record.Direction != Direction.Outbound && record.FirstNanoseconds >= recent)
                asked.Add(new CohortMember(record.Source, record.Destination));
            else if (record.Direction == Direction.Outbound && (record.Class != Session || HasData(in record)))
            {
                var (member, at) = (new CohortMember(record.Destination, record.Source), record.FirstNanoseconds);
                answered[member] = answered.TryGetValue(member, out var known) ? (Math.Min(known.First, at), Math.Max(known.Last, at)) : (at, at);
            }
        }

        var members = answered.Where(member => asked.Contains(member.Key)).Select(member => (Member: member.Key, member.Value.First, IsLong: IsLong(member.Value, early)))
            .Where(member => member.IsLong || isYoung).OrderByDescending(static member => member.IsLong).ThenBy(static member => member.First)
            .ThenBy(static member => member.Member.Client).ThenBy(static member => member.Member.Host).Select(static member => member.Member).ToList();
        return new KnownGood([.. NetworkShare.Of(members, static member => member.Client, most)], isYoung);
    }

    private static bool IsLong((long First, long Last) answered, long early) => answered.First <= early && answered.Last - answered.First >= LeastSpan.Ticks * 100;

    private static long Nanoseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>A SYN-ACK sent again and again, or with a reset behind it, is an answer to a forged SYN too: bare segments.</summary>
    private static bool HasData(in SampledRecord record) =>
        record.Packets > 2 && record.Bytes >= record.Packets * SmallestMean && ((record.Known & SampledFields.TcpFlags) == 0 || (record.TcpFlags & Rst) == 0);

    // Neither a SYN, an answer to it, nor a reset: those are sent for forged segments too.
    private static bool IsOfOpenConnection(byte trafficClass) =>
        trafficClass is Session or (byte)Vector.AckFlood or (byte)Vector.FinFlood or (byte)Vector.HttpFlood;
}
