using System.Collections.Immutable;
using Breakwater.Detection.Samples;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Price;

/// <summary>
/// Finds matches worth a look: what most of the excess has in common, by protocol, ports, flags, ICMP types and fragments, and each of the best with the lengths that tell
/// the excess from what was there before.
/// </summary>
internal sealed class CandidateSearch
{
    private const int PortsOfAKind = 8;
    private const int FlagsOfAKind = 6;
    private const int BasesWithLengths = 12;
    private const double WorthALook = 0.02;
    private const double WorthKeeping = 0.001;
    private const int UsualPorts = 4;

    /// <summary>Records that may be looked at for candidates, so that a hostile mix takes no longer.</summary>
    private const long MostWork = 1_500_000;

    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;
    private const byte AllFlags = 63;

    private readonly TrafficTable _table;
    private readonly FilterMatch _whole;
    private readonly double _least;
    private readonly List<Candidate> _found = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private long _work;

    private CandidateSearch(TrafficTable table, FilterMatch whole) =>
        (_table, _whole, _least) = (table, whole, WorthALook * table.Excess);

    /// <summary>The candidates, those that meet most first.</summary>
    public static List<Candidate> Find(TrafficTable table, FilterMatch whole)
    {
        var search = new CandidateSearch(table, whole);
        if (table.Excess <= 0)
            return [];
        foreach (var protocol in search.Top(static (in row) => row.Protocol, static (in _) => true, 4))
            search.OfProtocol((byte)protocol);
        foreach (var protocol in search.Top(static (in row) => row.Protocol, static (in row) => row.Fragment == FragmentPlace.Later, 2))
            search.Add(whole with { Protocol = (byte)protocol, Fragments = FragmentMatch.Later });
        foreach (var candidate in search._found.OrderByDescending(static candidate => candidate.Excess).ThenBy(static candidate => candidate.Parts).Take(BasesWithLengths).ToList())
            search.WithLengths(candidate);
        return [.. search._found.OrderByDescending(static candidate => candidate.Excess).ThenBy(static candidate => candidate.Parts).ThenBy(static candidate => RuleText.Of(candidate.Match), StringComparer.Ordinal)];
    }

    private void OfProtocol(byte protocol)
    {
        var match = _whole with { Protocol = protocol };
        Add(match);
        switch (protocol)
        {
            case Tcp:
                OfPorts(match);
                OfFlags(match);
                break;
            case Udp:
                OfPorts(match);
                break;
            case Icmp or IcmpV6 when protocol == Icmp == _whole.Destination.Network.IsIPv4:
                foreach (var type in Top(static (in row) => row.IcmpType, (in row) => row.Protocol == protocol && (row.Known & SampledFields.Icmp) != 0, 4))
                {
                    Add(match with { IcmpType = (byte)type });
                    foreach (var code in Top(static (in row) => row.IcmpCode, (in row) => row.Protocol == protocol && (row.Known & SampledFields.Icmp) != 0 && row.IcmpType == type, 1))
                        Add(match with { IcmpType = (byte)type, IcmpCode = (byte)code });
                }

                break;
        }
    }

    private void OfPorts(FilterMatch match)
    {
        var protocol = match.Protocol;
        var sources = Top(static (in row) => row.SourcePort, (in row) => row.Protocol == protocol && HasPorts(in row), RuleText.MaxRanges);
        var destinations = Top(static (in row) => row.DestinationPort, (in row) => row.Protocol == protocol && HasPorts(in row), PortsOfAKind);
        foreach (var port in sources.Take(PortsOfAKind))
            Add(match with { SourcePorts = [NumberRange.Of((ushort)port)] });
        foreach (var port in destinations)
            Add(match with { DestinationPorts = [NumberRange.Of((ushort)port)] });
        if (sources.Count > 1)
            Add(match with { SourcePorts = Ranges(sources) });
        OfUnusualPorts(match);
        foreach (var pair in Top(static (in row) => (row.SourcePort << 16) | row.DestinationPort, (in row) => row.Protocol == protocol && HasPorts(in row), PortsOfAKind))
            Add(match with { SourcePorts = [NumberRange.Of((ushort)(pair >> 16))], DestinationPorts = [NumberRange.Of((ushort)pair)] });
    }

    /// <summary>All ports but those that had legitimate packets before: for attacks that spread over ports.</summary>
    private void OfUnusualPorts(FilterMatch match)
    {
        var protocol = match.Protocol;
        var sources = Others(Usual(static (in row) => row.SourcePort, (in row) => row.Protocol == protocol && HasPorts(in row)));
        var destinations = Others(Usual(static (in row) => row.DestinationPort, (in row) => row.Protocol == protocol && HasPorts(in row)));
        if (!sources.IsEmpty)
            Add(match with { SourcePorts = sources });
        if (!destinations.IsEmpty)
            Add(match with { DestinationPorts = destinations });
        if (!sources.IsEmpty && !destinations.IsEmpty)
            Add(match with { SourcePorts = sources, DestinationPorts = destinations });
    }

    private void OfFlags(FilterMatch match)
    {
        var flags = Top(static (in row) => row.TcpFlags, static (in row) => row.Protocol == Tcp && (row.Known & SampledFields.TcpFlags) != 0, FlagsOfAKind);
        foreach (var set in flags)
        {
            var exact = match with { TcpFlags = new TcpFlagsMatch((byte)set, (byte)(AllFlags & ~set)) };
            Add(exact);
            foreach (var port in Top(static (in row) => row.DestinationPort, (in row) => row.Protocol == Tcp && HasPorts(in row) && row.TcpFlags == set, 2))
                Add(exact with { DestinationPorts = [NumberRange.Of((ushort)port)] });
            foreach (var port in Top(static (in row) => row.SourcePort, (in row) => row.Protocol == Tcp && HasPorts(in row) && row.TcpFlags == set, 2))
                Add(exact with { SourcePorts = [NumberRange.Of((ushort)port)] });
        }
    }

    /// <summary>A candidate with lengths: those of the excess, and those on the far side of nearly all that was there before.</summary>
    private void WithLengths(Candidate candidate)
    {
        var (during, before) = (Lengths(candidate, isDuring: true, out var isKnown), Lengths(candidate, isDuring: false, out var wasKnown));
        if (during.Lengths.Length == 0 || !isKnown || !wasKnown)
            return;
        AddLengths(candidate, Quantile(during, 0.005), Quantile(during, 0.995));
        foreach (var length in Top(static (in row) => row.Length, (in row) => row.Length > 0 && row.IsMetBy(candidate.Match), 2))
            AddLengths(candidate, (ushort)length, (ushort)length);
        if (before.Lengths.Length == 0)
            return;
        foreach (var part in (ReadOnlySpan<double>)[0, 0.002, 0.01])
        {
            AddLengths(candidate, Quantile(before, 1 - part) + 1, ushort.MaxValue);
            AddLengths(candidate, 1, Quantile(before, part) - 1);
        }
    }

    private void AddLengths(Candidate candidate, int low, int high)
    {
        if (low <= high && low is >= 1 and <= ushort.MaxValue && high <= ushort.MaxValue)
            Add(candidate.Match with { PacketLengths = [new NumberRange((ushort)low, (ushort)high)] }, candidate.Met);
    }

    /// <summary>Lengths of what a candidate meets, sorted, with what they weigh; only of records of one packet, which nearly all have to be.</summary>
    private (ushort[] Lengths, double[] Packets) Lengths(Candidate candidate, bool isDuring, out bool areKnown)
    {
        var (lengths, weights) = (new List<ushort>(), new List<double>());
        var (known, all) = (0.0, 0.0);
        for (var index = 0; index < _table.Rows.Length; index++)
        {
            ref readonly var row = ref _table.Rows[index];
            if (row.IsDuring != isDuring || row.IsImagined || (candidate.Met[index >> 6] & (1UL << (index & 63))) == 0)
                continue;
            all += row.Packets;
            if (row.Length == 0)
                continue;
            known += row.Packets;
            lengths.Add(row.Length);
            weights.Add(row.Packets);
        }

        var sorted = (Lengths: lengths.ToArray(), Packets: weights.ToArray());
        Array.Sort(sorted.Lengths, sorted.Packets);
        areKnown = known >= 0.95 * all;
        return sorted;
    }

    /// <summary>The length that this part of the packets does not exceed.</summary>
    private static int Quantile((ushort[] Lengths, double[] Packets) sorted, double part)
    {
        var left = part * sorted.Packets.Sum();
        for (var index = 0; index < sorted.Lengths.Length; index++)
        {
            left -= sorted.Packets[index];
            if (left <= 0)
                return sorted.Lengths[index];
        }

        return sorted.Lengths[^1];
    }

    private void Add(FilterMatch match, ulong[]? within = null)
    {
        if (!_known.Add(RuleText.Of(match)) || RuleCheck.Fault(match, FilterAction.Discard) is not null)
            return;
        _work += (within ?? _table.OfProtocol(match.Protocol)).Sum(static word => (long)System.Numerics.BitOperations.PopCount(word));
        if (_work > MostWork)
            return;
        var candidate = new Candidate(match, _table, within);
        if (candidate.Excess >= _least)
            _found.Add(candidate);
    }

    private delegate bool RowTest(in TrafficRow row);

    private delegate int RowKey(in TrafficRow row);

    /// <summary>The values that have most of the excess.</summary>
    private List<int> Top(RowKey key, RowTest test, int most)
    {
        var sums = new KeySums();
        for (var index = 0; index < _table.Rows.Length; index++)
        {
            ref readonly var row = ref _table.Rows[index];
            if (test(in row))
                sums.Add(key(in row), _table.ExcessOf[index], row.IsDuring ? 1 : 0);
        }

        // Beside the first a few strays are no value of an attack that has just begun.
        return
        [
            .. sums.Largest.TakeWhile(sum => sum.Sum >= _least)
                .Where((sum, rank) => rank == 0 || !_table.IsShort || sum.Records >= SetCover.FewestRecords).Take(most).Select(static sum => sum.Key),
        ];
    }

    /// <summary>Ports that had a part of the packets from before that is worth keeping, in their order.</summary>
    private List<ushort> Usual(RowKey key, RowTest test)
    {
        var sums = new KeySums();
        for (var index = 0; index < _table.Rows.Length; index++)
        {
            ref readonly var row = ref _table.Rows[index];
            if (!row.IsDuring && test(in row))
                sums.Add(key(in row), row.Packets);
        }

        return [.. sums.Largest.TakeWhile(sum => sum.Sum >= WorthKeeping * _table.BeforePackets).Where(static sum => sum.Key < Candidate.FirstEphemeral)
            .Take(UsualPorts).Select(static sum => (ushort)sum.Key).Order()];
    }

    /// <summary>The ports between those; empty when there are none to leave out.</summary>
    private static ImmutableArray<NumberRange> Others(List<ushort> ports)
    {
        if (ports.Count == 0)
            return [];
        var ranges = ImmutableArray.CreateBuilder<NumberRange>();
        var next = 0;
        foreach (var port in ports)
        {
            if (port > next)
                ranges.Add(new NumberRange((ushort)next, (ushort)(port - 1)));
            next = port + 1;
        }

        if (next <= ushort.MaxValue)
            ranges.Add(new NumberRange((ushort)next, ushort.MaxValue));
        return ranges.ToImmutable();
    }

    private static bool HasPorts(in TrafficRow row) => (row.Known & SampledFields.Ports) != 0 && row.Fragment != FragmentPlace.Later;

    /// <summary>Ports as ranges, neighbours joined.</summary>
    private static ImmutableArray<NumberRange> Ranges(List<int> ports)
    {
        var ranges = new List<NumberRange>();
        foreach (var port in ports.Select(static port => (ushort)port).Order())
        {
            if (ranges.Count > 0 && ranges[^1].High + 1 == port)
                ranges[^1] = new NumberRange(ranges[^1].Low, port);
            else
                ranges.Add(NumberRange.Of(port));
        }

        return [.. ranges];
    }
}
