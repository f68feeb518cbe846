using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>
/// The records towards the target, in an order that depends on nothing but themselves: those from before the attack, and those of its time with what
/// they have in excess of the usual.
/// </summary>
internal sealed class TrafficTable
{
    private const long MinuteNanoseconds = 60_000_000_000;
    private const long Second = 1_000_000_000;

    /// <summary>Records that are looked at, by their hashes: those from before make the price, those of the attack are alike.</summary>
    private const int MostBefore = 8_192, MostDuring = 4_096;

    /// <summary>Known clients that send so many times what they sent before are likely forged ones: they speak for nobody.</summary>
    private const double ForgedFactor = 4;

    private const double GrownShare = 0.1;

    /// <summary>The IP protocols of the incident's vectors, and those that grew as an attack does; empty: any.</summary>
    private readonly HashSet<byte> _protocols;

    /// <summary>Each record that may be of the attack: plus its packets when it is of the attack's time, minus those that are usual in as long a time before.</summary>
    private readonly double[] _excess;

    private readonly Dictionary<int, ulong[]> _ofProtocol = [];

    public TrafficTable(FilterQuestion question)
    {
        var records = Chosen(question, out var before, out var during);
        var rows = new List<TrafficRow>(records.Count);
        foreach (var record in records)
        {
            var isDuring = record.Record.FirstNanoseconds >= question.StartedNanoseconds;
            rows.Add(new TrafficRow(record with { Weight = record.Weight * (isDuring ? during : before) }, isDuring));
        }

        Imagine(rows, question.Target.Network);
        (Rows, RecordCount) = ([.. rows], records.Count);
        RateIsKnown = records.TrueForAll(static record => record.Record.SamplingRate > 0);
        (BeforeSeconds, DuringSeconds) = Spans(question);
        Clients = NumberClients(out var count);
        ClientCount = count;
        _excess = new double[Rows.Length];
        _protocols = ProtocolsOf(question.Vectors);
        var scale = BeforeSeconds > 0 ? DuringSeconds / BeforeSeconds : 0;
        var packets = 0.0;
        for (var index = 0; index < Rows.Length; index++)
        {
            ref readonly var row = ref Rows[index];
            BeforePackets += row.IsDuring ? 0 : row.Packets;
            packets += row.IsDuring && Clients[index] >= 0 ? row.Packets : 0;
        }

        Scale = scale;
        if (_protocols.Count > 0)
            AddGrown();
        Excess = SumExcess();
        CohortFactor = scale > 0 && BeforePackets > 0 ? packets / (scale * BeforePackets) : 0;
        CohortCount = CountCohort();
    }

    /// <summary>The records, and after them the opening packets that there may have been (<see cref="TrafficRow.IsImagined"/>).</summary>
    public TrafficRow[] Rows { get; }

    /// <summary>Records among <see cref="Rows"/>.</summary>
    public int RecordCount { get; }

    /// <summary>Number of each record's client among those seen before the attack; -1 for strangers.</summary>
    public int[] Clients { get; }

    /// <summary>Clients seen before the attack.</summary>
    public int ClientCount { get; }

    /// <summary>All sampling rates are known. Else no record can be weighed against another: nothing tells whether they are of one exporter.</summary>
    public bool RateIsKnown { get; }

    public double BeforeSeconds { get; }

    public double DuringSeconds { get; }

    /// <summary>What a packet from before stands for in a time as long as the attack's.</summary>
    public double Scale { get; }

    public double BeforePackets { get; }

    /// <summary>Of these, those seen during it too.</summary>
    public int CohortCount { get; }

    /// <summary>How many times the usual all clients seen before send during the attack.</summary>
    public double CohortFactor { get; }

    /// <summary>Known clients send so much that their addresses may be forged.</summary>
    public bool CohortIsForged => CohortFactor > ForgedFactor;

    /// <summary>Packets on top of the usual, of the protocols that the incident names; 0 when there are none.</summary>
    public double Excess { get; }

    /// <summary>The attack is seen for a second or less: one busy client looks like an excess.</summary>
    public bool IsShort => DuringSeconds <= 1;

    /// <summary>The record may be of the attack. What is of a protocol that no vector names, and is much as it was before, is no reason for a rule.</summary>
    public bool MayBeAttack(in TrafficRow row) => _protocols.Count == 0 || _protocols.Contains(row.Protocol);

    /// <summary>What each record adds to the excess.</summary>
    public ReadOnlySpan<double> ExcessOf => _excess;

    /// <summary>A bit for each record of a protocol; of all for null.</summary>
    public ulong[] OfProtocol(byte? protocol)
    {
        var key = protocol ?? -1;
        if (_ofProtocol.TryGetValue(key, out var bits))
            return bits;
        bits = new ulong[(Rows.Length + 63) / 64];
        for (var index = 0; index < Rows.Length; index++)
        {
            if (protocol is null || Rows[index].Protocol == protocol)
                bits[index >> 6] |= 1UL << (index & 63);
        }

        _ofProtocol.Add(key, bits);
        return bits;
    }

    /// <summary>The records towards the target, in their order; of too many a part, each of which stands for so many.</summary>
    private static List<StandingRecord> Chosen(FilterQuestion question, out double before, out double during)
    {
        var records = new List<StandingRecord>(question.Records.Count);
        foreach (var record in question.Records)
        {
            if (record.Record.Direction == Direction.Inbound && record.Record.Packets > 0 && question.Target.Contains(record.Record.Destination)
                && record.Record.FirstNanoseconds <= question.NowNanoseconds && (record.Record.FirstNanoseconds >= question.StartedNanoseconds || IsOrdinary(question, record.Record.FirstNanoseconds)))
                records.Add(record);
        }

        records.Sort(static (left, right) => Compare(in left, in right));
        var started = question.StartedNanoseconds;
        var late = records.Count(record => record.Record.FirstNanoseconds >= started);
        (before, during) = (Math.Max(1, (double)(records.Count - late) / MostBefore), Math.Max(1, (double)late / MostDuring));
        var (ofBefore, ofDuring) = (0, 0);
        records.RemoveAll(record => record.Record.FirstNanoseconds >= started ? ++ofDuring > MostDuring : ++ofBefore > MostBefore);
        return records;
    }

    /// <summary>A time before the attack, clear of its own unseen begin and of other attacks.</summary>
    public static bool IsOrdinary(FilterQuestion question, long nanoseconds)
    {
        if (nanoseconds > question.StartedNanoseconds - FilterQuestion.GuardNanoseconds)
            return false;
        foreach (var (from, until) in question.OtherAttacks)
        {
            if (nanoseconds > from - FilterQuestion.GuardNanoseconds && nanoseconds < until + FilterQuestion.GuardNanoseconds)
                return false;
        }

        return true;
    }

    /// <summary>Records with one hash and one minute are one and the same, but for what the hash leaves out. The order is not that of hashes: busy minutes keep the smallest.</summary>
    private static int Compare(in StandingRecord left, in StandingRecord right)
    {
        var order = (left.Record.Hash * 0xD6E8_FEB8_6659_FD93UL).CompareTo(right.Record.Hash * 0xD6E8_FEB8_6659_FD93UL);
        if (order == 0)
            order = left.Minute.CompareTo(right.Minute);
        if (order == 0)
            order = left.Record.FirstNanoseconds.CompareTo(right.Record.FirstNanoseconds);
        if (order == 0)
            order = left.Record.Source.CompareTo(right.Record.Source);
        if (order == 0)
            order = left.Record.Packets.CompareTo(right.Record.Packets);
        if (order == 0)
            order = left.Record.Bytes.CompareTo(right.Record.Bytes);
        return order != 0 ? order : KeyOf(in left).CompareTo(KeyOf(in right));
    }

    private static (ulong Packet, ulong Other) KeyOf(in StandingRecord standing)
    {
        var record = standing.Record;
        return (((ulong)record.SourcePort << 48) | ((ulong)record.DestinationPort << 32) | ((ulong)record.PacketLength << 16) | ((ulong)record.Protocol << 8) | record.TcpFlags,
            ((ulong)record.IcmpType << 48) | ((ulong)record.IcmpCode << 40) | ((ulong)record.Fragment << 36) | ((ulong)record.Known << 32) | record.SamplingRate);
    }

    /// <summary>
    /// How much time the records from before and those of the attack cover: the minutes kept for the service, whoever of its hosts they are of, by seconds that are
    /// ordinary.
    /// </summary>
    private static (double Before, double During) Spans(FilterQuestion question)
    {
        var minutes = new HashSet<long>();
        var first = long.MaxValue;
        foreach (var record in question.Records)
        {
            if (record.Record.FirstNanoseconds >= question.StartedNanoseconds)
                continue;
            first = Math.Min(first, record.Record.FirstNanoseconds);
            minutes.Add(Math.Min(record.Minute, (question.StartedNanoseconds - 1) / MinuteNanoseconds));
        }

        var seconds = 0;
        foreach (var minute in minutes)
        {
            // The first one may have begun late: a capture does not start with a minute.
            for (var at = minute * MinuteNanoseconds; at < (minute + 1) * MinuteNanoseconds; at += Second)
                seconds += at + Second > first && IsOrdinary(question, at) ? 1 : 0;
        }

        return (seconds, Math.Max(question.NowNanoseconds - question.StartedNanoseconds, Detector.TickNanoseconds) / 1e9);
    }

    /// <summary>A protocol that no vector names belongs to the attack when it has at least doubled, and has a tenth of all that is on top of the usual.</summary>
    private void AddGrown()
    {
        var (all, sums) = (0.0, new Dictionary<byte, (double During, double Usual, int Records)>());
        foreach (ref readonly var row in Rows.AsSpan())
        {
            ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, row.Protocol, out _);
            sum = row.IsDuring ? (sum.During + row.Packets, sum.Usual, sum.Records + 1) : (sum.During, sum.Usual + (Scale * row.Packets), sum.Records);
            all += row.IsDuring ? row.Packets : -Scale * row.Packets;
        }

        foreach (var (protocol, sum) in sums)
        {
            if (sum.During > 2 * sum.Usual && sum.During - sum.Usual > GrownShare * all && (!IsShort || sum.Records >= SetCover.FewestRecords))
                _protocols.Add(protocol);
        }
    }

    private double SumExcess()
    {
        var sum = 0.0;
        for (var index = 0; index < Rows.Length; index++)
        {
            ref readonly var row = ref Rows[index];
            _excess[index] = !MayBeAttack(in row) ? 0 : row.IsDuring ? row.Packets : -Scale * row.Packets;
            sum += _excess[index];
        }

        return Math.Max(0, sum);
    }

    private static HashSet<byte> ProtocolsOf(ImmutableArray<string> vectors)
    {
        var all = new HashSet<byte>();
        foreach (var name in vectors)
        {
            var own = Vectors.TryParse(name, out var vector) ? Vectors.ProtocolsOf(vector) : [];
            if (own.IsEmpty)
                return [];
            foreach (var protocol in own)
                all.Add(protocol);
        }

        return all;
    }

    private int[] NumberClients(out int count)
    {
        var numbers = new Dictionary<Address, int>();
        var clients = new int[Rows.Length];
        for (var index = 0; index < Rows.Length; index++)
        {
            if (Rows[index].IsDuring)
                continue;
            if (Rows[index].IsImagined)
            {
                clients[index] = -1;
                continue;
            }

            if (!numbers.TryGetValue(Rows[index].Client, out var number))
                numbers.Add(Rows[index].Client, number = numbers.Count);
            clients[index] = number;
        }

        for (var index = 0; index < Rows.Length; index++)
        {
            if (Rows[index].IsDuring)
                clients[index] = numbers.GetValueOrDefault(Rows[index].Client, -1);
        }

        count = numbers.Count;
        return clients;
    }

    private int CountCohort()
    {
        var seen = new HashSet<int>();
        for (var index = 0; index < Rows.Length; index++)
        {
            if (Rows[index].IsDuring && Clients[index] >= 0)
                seen.Add(Clients[index]);
        }

        return seen.Count;
    }

    /// <summary>Adds opening packets of the busiest connections: what would be met of them shows where none was sampled.</summary>
    private static void Imagine(List<TrafficRow> rows, Address target)
    {
        var packets = new KeySums();
        foreach (var row in rows)
        {
            if (!row.IsDuring && row.Connections >= 0)
                packets.Add(row.Connections, row.Packets);
        }

        var more = target.IsIPv4 ? 0 : 20;
        foreach (var connections in ConnectionLoss.Busiest(packets))
        {
            foreach (var length in TrafficRow.OpeningLengths(connections))
                rows.Add(new TrafficRow(connections, (ushort)(length + more), target));
        }
    }
}
