using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;

namespace Breakwater.Response.Effect;

/// <summary>
/// Clients that are known to be good: before the attack, the standing samples hold a TCP segment of an open connection from them and one of the service to them. A forged
/// sender gets no such answer, so nobody becomes known-good by forging (rule 10); whoever keeps real connections does, good or not. UDP services have no such clients, and their cohort is empty.
/// </summary>
internal static class KnownGoodCohort
{
    /// <summary>What the last minutes before the attack hold may be its beginning.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private const byte Tcp = 6, Rst = 4;

    /// <summary>Mean bytes of the packets of a connection with data; segments without are shorter.</summary>
    private const uint SmallestMean = 100;

    /// <summary>Flow records whose flags show a whole session; see <see cref="SampledRecord.Class"/>.</summary>
    private const byte Session = 60;

    /// <summary>The cohort of one service, those seen last first.</summary>
    /// <param name="records">Its standing samples.</param>
    /// <param name="attackBegan">First sign of the attack; now, where there is none.</param>
    public static ImmutableArray<CohortMember> Of(IEnumerable<StandingRecord> records, DateTimeOffset attackBegan)
    {
        var before = (attackBegan - Margin - DateTimeOffset.UnixEpoch).Ticks * 100;
        var (asked, answered) = (new Dictionary<CohortMember, long>(), new HashSet<CohortMember>());
        foreach (var (_, _, record) in records)
        {
            if (record.FirstNanoseconds >= before || record.Protocol != Tcp || !IsOfOpenConnection(record.Class))
                continue;
            if (record.Direction == Direction.Outbound)
            {
                if (record.Class != Session || HasData(in record))
                    answered.Add(new CohortMember(record.Destination, record.Source));
                continue;
            }

            var member = new CohortMember(record.Source, record.Destination);
            asked[member] = Math.Max(asked.GetValueOrDefault(member), record.FirstNanoseconds);
        }

        return
        [
            .. asked.Where(member => answered.Contains(member.Key)).OrderByDescending(static member => member.Value)
                .ThenBy(static member => member.Key.Client).ThenBy(static member => member.Key.Host).Select(static member => member.Key),
        ];
    }

    /// <summary>A SYN-ACK sent again and again, or with a reset behind it, is an answer to a forged SYN too: bare segments.</summary>
    private static bool HasData(in SampledRecord record) =>
        record.Packets > 2 && record.Bytes >= record.Packets * SmallestMean && ((record.Known & SampledFields.TcpFlags) == 0 || (record.TcpFlags & Rst) == 0);

    // Neither a SYN, an answer to it, nor a reset: those are sent for forged segments too.
    private static bool IsOfOpenConnection(byte trafficClass) =>
        trafficClass is Session or (byte)Vector.AckFlood or (byte)Vector.FinFlood or (byte)Vector.HttpFlood;
}
