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
    private readonly ulong _seed;
    private readonly double[] _packets, _bytes;
    private readonly List<int> _opening = [];
    private readonly int[] _groups;
    private readonly int _groupCount;

    public PriceMeter(TrafficTable table, ulong seed)
    {
        (_table, _seed) = (table, seed);
        (_packets, _bytes) = (new double[table.ClientCount], new double[table.ClientCount]);
        for (var index = 0; index < table.Rows.Length; index++)
        {
            if (table.Rows[index].IsDuring)
                continue;
            var client = table.Clients[index];
            _packets[client] += table.Rows[index].Packets;
            _bytes[client] += table.Rows[index].Bytes;
            if (table.Rows[index].OpensConnection)
                _opening.Add(index);
        }

        (PacketClients, ByteClients) = (Kish(_packets), Kish(_bytes));
        _groupCount = Math.Min(MaxGroups, table.ClientCount);
        _groups = Grouped(table.ClientCount, _groupCount, seed);
    }

    /// <summary>Clients that weigh much count as fewer: that many equal ones would tell as much (Kish 1965).</summary>
    public double PacketClients { get; }

    /// <inheritdoc cref="PacketClients"/>
    public double ByteClients { get; }

    /// <summary>True when there is enough of a past to make a price from.</summary>
    public bool IsKnown => _table.ClientCount >= FilterPrice.FewestClients && !_table.RatesAreMixed;

    /// <summary>A quick upper bound of the price; 1 while unknown.</summary>
    public double Bound(ReadOnlySpan<ulong> met)
    {
        if (!IsKnown)
            return 1;
        var tally = Tally(met);
        var (packets, bytes) = (Sum(tally.Packets) / Sum(_packets), Sum(tally.Bytes) / Math.Max(1, Sum(_bytes)));
        var clients = (double)tally.Touched / _table.ClientCount;
        return Math.Max(Interval.Wilson(packets, PacketClients).High, Math.Max(Interval.Wilson(bytes, ByteClients).High, Interval.Wilson(clients, _table.ClientCount).High));
    }

    /// <summary>The price with its intervals.</summary>
    public FilterPrice Price(ReadOnlySpan<ulong> met)
    {
        if (!IsKnown)
            return FilterPrice.Unknown(_table.ClientCount);
        var tally = Tally(met);
        var sums = new GroupSums(_groupCount);
        for (var client = 0; client < _table.ClientCount; client++)
            sums.Add(_groups[client], _packets[client], tally.Packets[client], _bytes[client], tally.Bytes[client]);
        var (packets, bytes, clients) = Resampled(sums);
        var whole = sums.Shares();
        return WorseOf(
            new FilterPrice(Of(whole.Packets, packets, PacketClients), Of(whole.Bytes, bytes, ByteClients), Of(whole.Clients, clients, _table.ClientCount)),
            tally.Cohort, tally.CohortTouched);
    }

    /// <summary>The worse of the time before and of the clients seen then and now, where the two differ by more than chance.</summary>
    private FilterPrice WorseOf(FilterPrice before, int cohort, int touched)
    {
        if (cohort < FilterPrice.FewestClients || _table.CohortIsForged)
            return before;
        var share = (double)touched / cohort;
        var (low, high) = Interval.Wilson(share, cohort);
        var now = new Estimate(share, low, high, cohort);
        return low <= (before.Clients.High ?? 1) ? before : new FilterPrice(Worse(before.Packets, now), Worse(before.Bytes, now), now);
    }

    private static Estimate Worse(Estimate before, Estimate now) => before.High >= now.High ? before : now;

    private Estimate Of(double share, double[] draws, double effective)
    {
        var (low, high) = Interval.Wilson(share, effective);
        return new Estimate(
            share, Math.Max(0, Math.Min(low, draws[(int)(draws.Length * 0.025)])), Math.Min(1, Math.Max(high, draws[(int)(draws.Length * 0.975)])), _table.ClientCount);
    }

    private (double[] Packets, double[] Bytes, double[] Clients) Resampled(GroupSums sums)
    {
        var (packets, bytes, clients) = (new double[Draws], new double[Draws], new double[Draws]);
        var state = _seed;
        for (var draw = 0; draw < Draws; draw++)
        {
            var drawn = new GroupSums(1);
            for (var group = 0; group < _groupCount; group++)
                drawn.AddGroup(sums, (int)Math.BigMul(SplitMix.Next(ref state), (ulong)_groupCount, out _));
            (packets[draw], bytes[draw], clients[draw]) = drawn.Shares();
        }

        Array.Sort(packets);
        Array.Sort(bytes);
        Array.Sort(clients);
        return (packets, bytes, clients);
    }

    private ClientTally Tally(ReadOnlySpan<ulong> met)
    {
        var tally = new ClientTally(_table.ClientCount);
        var opening = OpeningShare(met);
        for (var word = 0; word < met.Length; word++)
        {
            for (var bits = met[word]; bits != 0; bits &= bits - 1)
            {
                var index = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits);
                ref readonly var row = ref _table.Rows[index];
                if (!row.IsDuring)
                    tally.Add(_table.Clients[index], row.Packets, row.Bytes);
                else if (_table.Clients[index] >= 0)
                    tally.Touch(_table.Clients[index]);
            }
        }

        if (opening > 0)
            AddConnections(tally, met, opening);
        tally.CountCohort(_table);
        return tally;
    }

    /// <summary>Of the first packets of connections from before, the share that is met.</summary>
    private double OpeningShare(ReadOnlySpan<ulong> met)
    {
        var (dropped, all) = (0.0, 0.0);
        foreach (var index in _opening)
        {
            all += _table.Rows[index].Packets;
            dropped += IsMet(met, index) ? _table.Rows[index].Packets : 0;
        }

        return all > 0 ? dropped / all : 0;
    }

    /// <summary>A connection whose first packet is dropped does not come about: that share of all further packets is lost with it.</summary>
    private void AddConnections(ClientTally tally, ReadOnlySpan<ulong> met, double opening)
    {
        for (var index = 0; index < _table.Rows.Length; index++)
        {
            ref readonly var row = ref _table.Rows[index];
            if (row is { IsDuring: false, Protocol: 6 } && !IsMet(met, index))
                tally.Add(_table.Clients[index], opening * row.Packets, opening * row.Bytes);
        }
    }

    private static bool IsMet(ReadOnlySpan<ulong> met, int index) => (met[index >> 6] & (1UL << (index & 63))) != 0;

    private static double Sum(double[] values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum;
    }

    private static double Kish(double[] weights)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var weight in weights)
            (sum, squares) = (sum + weight, squares + (weight * weight));
        return squares > 0 ? sum * sum / squares : 0;
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

/// <summary>What filters drop of each client.</summary>
internal sealed class ClientTally(int clients)
{
    private readonly bool[] _now = new bool[clients];

    public double[] Packets { get; } = new double[clients];

    public double[] Bytes { get; } = new double[clients];

    /// <summary>Clients that lose anything.</summary>
    public int Touched { get; private set; }

    /// <summary>Clients from before that are seen during the attack.</summary>
    public int Cohort { get; private set; }

    /// <summary>Of these, those that lose anything now.</summary>
    public int CohortTouched { get; private set; }

    public void Add(int client, double packets, double bytes)
    {
        if (Packets[client] == 0)
            Touched++;
        Packets[client] += packets;
        Bytes[client] += bytes;
    }

    public void Touch(int client) => _now[client] = true;

    public void CountCohort(TrafficTable table)
    {
        (Cohort, CohortTouched) = (table.CohortCount, _now.Count(static touched => touched));
    }
}
