namespace Breakwater.Response.Price;

/// <summary>Sums over clients by group: traffic, what is dropped of it, and how many clients were seen once and twice.</summary>
internal sealed class GroupSums(int groups)
{
    // Packets, dropped packets, bytes, dropped bytes; then clients, those seen once, those seen twice: first of all that lose nothing, then of those that lose anything.
    private const int Columns = 10;

    private readonly double[] _sums = new double[groups * Columns];

    public void Add(int group, double packets, double droppedPackets, double bytes, double droppedBytes, int records)
    {
        var sums = _sums.AsSpan(group * Columns, Columns);
        sums[0] += packets;
        sums[1] += droppedPackets;
        sums[2] += bytes;
        sums[3] += droppedBytes;
        var first = droppedPackets > 0 ? 7 : 4;
        sums[first]++;
        if (records is 1 or 2)
            sums[first + records]++;
    }

    /// <summary>Adds a group of others to the first of these.</summary>
    public void AddGroup(GroupSums other, int group)
    {
        var sums = _sums.AsSpan(0, Columns);
        var others = other._sums.AsSpan(group * Columns, Columns);
        for (var column = 0; column < Columns; column++)
            sums[column] += others[column];
    }

    /// <summary>The shares dropped, of all groups.</summary>
    /// <param name="sampledPart">Part of the records that was kept.</param>
    public (double Packets, double Bytes, double Clients) Shares(double sampledPart)
    {
        var all = new double[Columns];
        for (var index = 0; index < _sums.Length; index++)
            all[index % Columns] += _sums[index];
        var (kept, hurt) = (Clients(all.AsSpan(4, 3), sampledPart), Clients(all.AsSpan(7, 3), sampledPart));
        return (Share(all[1], all[0]), Share(all[3], all[2]), Share(hurt, hurt + kept));
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;

    /// <summary>
    /// How many clients there were, those included that no kept record is of: from how many were seen once and twice (Chao 1984, with the part that was
    /// sampled: Chao and Lin 2012). Without it, clients that send little would be missed among those that are hurt.
    /// </summary>
    private static double Clients(ReadOnlySpan<double> seen, double sampledPart)
    {
        var (all, once, twice) = (seen[0], seen[1], seen[2]);
        if (once <= 1 || sampledPart >= 1)
            return all;
        return all + (once * (once - 1) / ((2 * (twice + 1)) + (sampledPart / (1 - sampledPart) * once)));
    }
}
