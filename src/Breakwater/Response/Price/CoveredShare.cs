using Breakwater.Detection;

namespace Breakwater.Response.Price;

/// <summary>What share of the excess is met: of the attack's time, less what is usual.</summary>
internal static class CoveredShare
{
    /// <summary>The share with its interval: both times' shares at the ends of their own.</summary>
    public static Estimate Of(ReadOnlySpan<ulong> met, TrafficTable table)
    {
        var (during, before) = (new Part(), new Part());
        for (var index = 0; index < table.Rows.Length; index++)
        {
            ref readonly var row = ref table.Rows[index];
            if (!table.MayBeAttack(in row))
                continue;
            var isMet = (met[index >> 6] & (1UL << (index & 63))) != 0;
            if (row.IsDuring)
                during.Add(row.Packets, isMet);
            else
                before.Add(row.Packets, isMet);
        }

        var (now, usual) = (during.Wilson(), before.Wilson());
        double Share(double of, double less) => Math.Clamp(((during.All * of) - (table.Scale * before.All * less)) / table.Excess, 0, 1);
        return new Estimate(Share(during.Share, before.Share), Share(now.Low, usual.High), Share(now.High, usual.Low), during.Count);
    }

    private sealed class Part
    {
        private double _met, _squares;

        public double All { get; private set; }

        public int Count { get; private set; }

        public double Share => All > 0 ? _met / All : 0;

        public void Add(double packets, bool isMet)
        {
            All += packets;
            _squares += packets * packets;
            _met += isMet ? packets : 0;
            Count++;
        }

        public (double Low, double High) Wilson() => Interval.Wilson(Share, _squares > 0 ? All * All / _squares : 0);
    }
}
