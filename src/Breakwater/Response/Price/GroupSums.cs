namespace Breakwater.Response.Price;

/// <summary>Sums over clients by group: traffic, and what is dropped of it.</summary>
internal sealed class GroupSums(int groups)
{
    // Packets, dropped packets, bytes, dropped bytes.
    private const int Columns = 4;

    private readonly double[] _sums = new double[groups * Columns];

    public void Add(int group, double packets, double droppedPackets, double bytes, double droppedBytes)
    {
        var sums = _sums.AsSpan(group * Columns, Columns);
        sums[0] += packets;
        sums[1] += droppedPackets;
        sums[2] += bytes;
        sums[3] += droppedBytes;
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
    public (double Packets, double Bytes) Shares()
    {
        Span<double> all = stackalloc double[Columns];
        all.Clear();
        for (var index = 0; index < _sums.Length; index++)
            all[index % Columns] += _sums[index];
        return (Share(all[1], all[0]), Share(all[3], all[2]));
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;
}
