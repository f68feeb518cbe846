using Breakwater.Detection;

namespace Breakwater.Response.Price;

/// <summary>
/// Measures what a set of filters costs, on the records from before the attack, and on the clients of that time who are seen during it. A quick bound serves the
/// search; the price itself is resampled by client (Efron 1979), because the records of one client are alike.
/// </summary>
internal sealed class PriceMeter
{
    private const int Draws = 400;

    /// <summary>Clients are drawn in so many groups at most: their sums vary as single clients do, and a draw costs no more.</summary>
    private const int MaxGroups = 1_000;

    private readonly TrafficTable _table;
    private readonly ConnectionLoss _connections;
    private readonly ulong _seed;
    private readonly double[] _packets, _bytes;
    private readonly ClientWeights _packetWeights, _byteWeights;
    private readonly ClientsHurt _clients;
    private readonly int[] _groups;
    private readonly int _groupCount;

    public PriceMeter(TrafficTable table, ulong seed)
    {
        (_table, _seed, _connections) = (table, seed, new ConnectionLoss(table));
        (_packets, _bytes) = (new double[table.ClientCount], new double[table.ClientCount]);
        var records = new int[table.ClientCount];
        for (var index = 0; index < table.Rows.Length; index++)
        {
            var client = table.Clients[index];
            if (table.Rows[index].IsDuring || client < 0)
                continue;
            _packets[client] += table.Rows[index].Packets;
            _bytes[client] += table.Rows[index].Bytes;
            records[client]++;
        }

        (_packetWeights, _byteWeights) = (new ClientWeights(_packets, records), new ClientWeights(_bytes, records));
        _clients = new ClientsHurt(table, records);
        // The last group is never drawn: large clients are always there.
        _groupCount = Math.Min(MaxGroups, table.ClientCount);
        _groups = Grouped(table.ClientCount, _groupCount, seed);
        for (var client = 0; client < _groups.Length; client++)
            _groups[client] = _packetWeights.IsLarge(client) || _byteWeights.IsLarge(client) ? _groupCount : _groups[client];
    }

    /// <summary>True when there is enough of a past to make a price from.</summary>
    public bool IsKnown => _table.ClientCount >= FilterPrice.FewestClients && _table.RateIsKnown;

    /// <summary>A quick upper bound of the price; 1 while unknown.</summary>
    public double Bound(ReadOnlySpan<ulong> met)
    {
        if (!IsKnown)
            return 1;
        var tally = Tally(met);
        var packets = BoundOf(_packetWeights, tally.Packets, tally.MorePackets);
        var bytes = BoundOf(_byteWeights, tally.Bytes, tally.MoreBytes);
        var clients = _clients.AreResolved ? _clients.High(tally) : FilterPrice.LostAtMost(packets);
        return Math.Max(packets, Math.Max(bytes, clients));
    }

    private static double BoundOf(ClientWeights weights, double[] dropped, double more)
    {
        var all = Math.Max(1, weights.All);
        var share = Math.Min(1, dropped.Sum() / all);
        return Interval.Drifted(share, share, Math.Clamp(weights.Interval(dropped).High + (more / all), share, 1)).High;
    }

    /// <summary>The price with its intervals.</summary>
    public FilterPrice Price(ReadOnlySpan<ulong> met)
    {
        if (!IsKnown)
            return FilterPrice.Unknown(_table.ClientCount);
        var tally = Tally(met);
        var sums = new GroupSums(_groupCount + 1);
        for (var client = 0; client < _table.ClientCount; client++)
            sums.Add(_groups[client], _packets[client], tally.Packets[client], _bytes[client], tally.Bytes[client]);
        var (packets, bytes) = Resampled(sums);
        var whole = sums.Shares();
        return WorseOf(
            new FilterPrice(
                Of(whole.Packets, packets, _packetWeights, tally.Packets, tally.MetPackets, tally.MorePackets),
                Of(whole.Bytes, bytes, _byteWeights, tally.Bytes, tally.MetBytes, tally.MoreBytes),
                _clients.Of(tally)),
            _table.CohortCount, tally.CohortTouched);
    }

    /// <summary>The worse of the time before and of the clients seen then and now, where the two differ by more than chance.</summary>
    private FilterPrice WorseOf(FilterPrice before, int cohort, int touched)
    {
        if (cohort < FilterPrice.FewestClients || _table.CohortIsForged)
            return before;
        var share = (double)touched / cohort;
        var (low, high) = Interval.Wilson(share, cohort);
        var now = new Estimate(share, low, high, cohort);
        return low <= (before.Clients.High ?? before.LostClients) ? before : new FilterPrice(Worse(before.Packets, now), Worse(before.Bytes, now), now);
    }

    private static Estimate Worse(Estimate before, Estimate now) => before.High >= now.High ? before : now;

    /// <summary>The lower end is of what is met itself: connections may be lost only from then on.</summary>
    private Estimate Of(double share, double[] draws, ClientWeights weights, double[] dropped, double[] met, double more)
    {
        var high = Math.Max(weights.Interval(dropped).High, draws[(int)(draws.Length * 0.975)]) + (more / Math.Max(1, weights.All));
        var low = Math.Min(weights.Interval(met).Low, draws[(int)(draws.Length * 0.025)]);
        var (least, most) = Interval.Drifted(Math.Min(share, low), share, Math.Max(share, Math.Min(1, high)));
        return new Estimate(share, least, most, _table.ClientCount);
    }

    private (double[] Packets, double[] Bytes) Resampled(GroupSums sums)
    {
        var (packets, bytes) = (new double[Draws], new double[Draws]);
        var state = _seed;
        for (var draw = 0; draw < Draws; draw++)
        {
            var drawn = new GroupSums(1);
            drawn.AddGroup(sums, _groupCount);
            for (var group = 0; group < _groupCount; group++)
                drawn.AddGroup(sums, (int)Math.BigMul(SplitMix.Next(ref state), (ulong)_groupCount, out _));
            (packets[draw], bytes[draw]) = drawn.Shares();
        }

        Array.Sort(packets);
        Array.Sort(bytes);
        return (packets, bytes);
    }

    private ClientTally Tally(ReadOnlySpan<ulong> met)
    {
        var tally = new ClientTally(_table.ClientCount);
        for (var word = 0; word < met.Length; word++)
        {
            for (var bits = met[word]; bits != 0; bits &= bits - 1)
            {
                var index = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits);
                var client = _table.Clients[index];
                if (client < 0)
                    continue;
                if (_table.Rows[index].IsDuring)
                    tally.Touch(client);
                else
                    tally.Meet(client, in _table.Rows[index]);
            }
        }

        if (_connections.MayBreak(met))
            AddConnections(tally, met);
        return tally;
    }

    private void AddConnections(ClientTally tally, ReadOnlySpan<ulong> met)
    {
        var lost = _connections.Of(met);
        for (var index = 0; index < _table.Rows.Length; index++)
        {
            var group = _connections.GroupOf(index);
            if (group >= 0 && lost[group].High > 0 && _table.Clients[index] >= 0 && (met[index >> 6] & (1UL << (index & 63))) == 0)
                tally.Lose(_table.Clients[index], in _table.Rows[index], lost[group]);
        }
    }

    /// <summary>Clients dealt out to groups in a seeded order.</summary>
    private static int[] Grouped(int clients, int groups, ulong seed)
    {
        var order = new int[clients];
        for (var index = 0; index < clients; index++)
            order[index] = index;
        var state = seed ^ 0x6772_6F75_7073UL;
        for (var index = clients - 1; index > 0; index--)
        {
            var other = (int)Math.BigMul(SplitMix.Next(ref state), (ulong)(index + 1), out _);
            (order[index], order[other]) = (order[other], order[index]);
        }

        var dealt = new int[clients];
        for (var index = 0; index < clients; index++)
            dealt[order[index]] = index % Math.Max(1, groups);
        return dealt;
    }
}
