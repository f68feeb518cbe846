namespace Breakwater.Detection.Dossiers;

/// <summary>What came within one window that ends at the newest tick with traffic.</summary>
/// <param name="Seconds">Length of the window.</param>
/// <param name="Packets">Scaled packets in it.</param>
/// <param name="Bytes">Scaled bytes in it.</param>
internal readonly record struct WindowSum(double Seconds, long Packets, long Bytes);

/// <summary>
/// Scaled packets and bytes over time in three rings: 64 ticks of 100 ms, 64 seconds, 64 spells of 10 s. Windows from 100 ms to 10 min,
/// each about an eighth longer than the one before: whatever length shows an excess first, a window little longer shows it.
/// Only sums inside, so the order within a tick does not matter.
/// </summary>
internal sealed class RateWindows
{
    /// <summary>Windows of one ring, in cells.</summary>
    private static readonly int[] _fineCells = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 45, 50, 57, 64];
    private static readonly int[] _wideCells = [7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 45, 50, 57, 64];
    private static readonly double[][] _perTicks = Reciprocals(_fineCells, 1), _perSeconds = Reciprocals(_wideCells, 10), _perSpells = Reciprocals(_wideCells, 100);

    /// <summary>The longest time before the present that is kept, in ticks.</summary>
    public const int ReachTicks = Cells * 100;

    /// <summary>Cells of a ring.</summary>
    public const int Cells = 64;

    /// <summary>How many windows <see cref="Fill"/> gives.</summary>
    public const int WindowCount = 66;

    internal Ring Ticks { get; } = new(1);

    internal Ring Seconds { get; } = new(10);

    internal Ring Spells { get; } = new(100);

    /// <summary>The newest tick with traffic.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>Counts scaled packets and bytes of one tick.</summary>
    public void Add(long tick, long packets, long bytes)
    {
        Advance(tick);
        Ticks.Put(tick, packets, bytes);
        Seconds.Put(tick / 10, packets, bytes);
        Spells.Put(tick / 100, packets, bytes);
    }

    /// <summary>Makes room up to a tick.</summary>
    internal void Advance(long tick)
    {
        Newest = Math.Max(Newest, tick);
        Ticks.Advance(tick);
        Seconds.Advance(tick / 10);
        Spells.Advance(tick / 100);
    }

    /// <summary>
    /// The highest rate of all windows in packets per second, none taken for shorter than <see cref="ClassCounters.ShortestSeconds"/>: a
    /// floor no lower than this is exceeded in none of them.
    /// </summary>
    public double BusiestRate()
    {
        if (Newest == long.MinValue)
            return 0;
        var busiest = Ticks.Busiest(Newest, _fineCells, _perTicks);
        busiest = Math.Max(busiest, Seconds.Busiest(Newest, _wideCells, _perSeconds));
        return Math.Max(busiest, Spells.Busiest(Newest, _wideCells, _perSpells));
    }

    /// <summary>No window has a higher rate, packets per second: as if all that a ring holds lay in its shortest one.</summary>
    public double RateBound()
    {
        if (Newest == long.MinValue)
            return 0;
        var bound = Ticks.Bound(Newest, _perTicks);
        bound = Math.Max(bound, Seconds.Bound(Newest, _perSeconds));
        return Math.Max(bound, Spells.Bound(Newest, _perSpells));
    }

    /// <summary>1 ÷ seconds of each window, by the ticks of the newest cell that have begun.</summary>
    private static double[][] Reciprocals(int[] sizes, int ticksPerCell) =>
    [
        .. Enumerable.Range(1, ticksPerCell).Select(elapsed => Array.ConvertAll(
            sizes, cells => 1 / Math.Max(((((cells - 1) * ticksPerCell) + elapsed) / 10.0), ClassCounters.ShortestSeconds))),
    ];

    /// <summary>All windows, shortest first.</summary>
    public int Fill(Span<WindowSum> windows)
    {
        var count = Ticks.Fill(Newest, _fineCells, windows);
        count += Seconds.Fill(Newest, _wideCells, windows[count..]);
        return count + Spells.Fill(Newest, _wideCells, windows[count..]);
    }

    /// <summary>The last second before and with the newest tick.</summary>
    public WindowSum LastSecond => Ticks.Sum(Newest, 10);

    /// <summary>One tick; nothing when it is out of reach.</summary>
    public WindowSum TickAt(long tick) => Ticks.Sum(tick, 1);

    /// <summary>Ticks that <see cref="TickAt"/> reaches back from the newest, that one included.</summary>
    public const int TicksKept = Cells;

    /// <summary>The whole second that began at tick <paramref name="second"/> × 10.</summary>
    public WindowSum WholeSecond(long second) => Seconds.Sum((second * 10) + 9, 1);

    /// <summary>
    /// Where the present surge began: walks back from the newest tick while the traffic stays above a quarter of <paramref name="rate"/>
    /// (scaled packets per second), over gaps of up to two
    /// cells, or of as long as ten samples at that rate take.
    /// </summary>
    /// <returns>First tick of the surge.</returns>
    public long OnsetTick(double rate, double weight)
    {
        var onset = Ticks.Onset(Newest, rate, weight);
        if (Newest - onset < (Cells * 1) - 4)
            return onset;
        var bySeconds = Seconds.Onset(Newest, rate, weight);
        return Newest - bySeconds < (Cells * 10) - 40 ? Math.Min(onset, bySeconds) : Math.Min(bySeconds, Spells.Onset(Newest, rate, weight));
    }

    /// <summary>Scaled packets and bytes since a tick.</summary>
    public WindowSum Since(long tick)
    {
        var ticks = Newest - tick + 1;
        if (ticks <= Cells)
            return Ticks.Sum(Newest, (int)Math.Max(1, ticks));
        if (ticks <= Cells * 10)
            return Seconds.Sum(Newest, (int)((Newest / 10) - (tick / 10) + 1));
        return Spells.Sum(Newest, (int)Math.Min(Cells, (Newest / 100) - (tick / 100) + 1));
    }

    public void Clear()
    {
        Newest = long.MinValue;
        Ticks.Clear();
        Seconds.Clear();
        Spells.Clear();
    }

    /// <summary>Cells of equal length by their absolute number; a cell is cleared when its place is needed for a newer one.</summary>
    internal sealed class Ring(int ticksPerCell)
    {
        private readonly long[] _packets = new long[Cells];
        private readonly long[] _bytes = new long[Cells];
        private long _newest = long.MinValue;

        // Packets of all cells.
        private long _all;

        /// <summary>Counts for a cell; nothing when it is out of reach.</summary>
        public void Put(long cell, long packets, long bytes)
        {
            if (_newest - cell >= Cells)
                return;
            var place = (int)(cell & (Cells - 1));
            _packets[place] += packets;
            _bytes[place] += bytes;
            _all += packets;
        }

        public void Advance(long cell)
        {
            if (cell <= _newest)
                return;
            var from = _newest == long.MinValue || cell - _newest >= Cells ? cell - Cells + 1 : _newest + 1;
            for (; from <= cell; from++)
            {
                var place = (int)(from & (Cells - 1));
                _all -= _packets[place];
                (_packets[place], _bytes[place]) = (0, 0);
            }

            _newest = cell;
        }

        public int Fill(long newestTick, int[] sizes, Span<WindowSum> windows)
        {
            var newest = newestTick / ticksPerCell;
            var elapsed = (newestTick % ticksPerCell) + 1;
            long packets = 0, bytes = 0;
            var next = 0;
            for (var cells = 1; cells <= Cells; cells++)
            {
                var place = (int)((newest - cells + 1) & (Cells - 1));
                packets += _packets[place];
                bytes += _bytes[place];
                if (cells != sizes[next])
                    continue;
                windows[next++] = new WindowSum(SecondsOf(cells, elapsed), packets, bytes);
            }
            return next;
        }

        public double Bound(long newestTick, double[][] reciprocals) => _all * reciprocals[newestTick % ticksPerCell][0];

        public double Busiest(long newestTick, int[] sizes, double[][] reciprocals)
        {
            var newest = newestTick / ticksPerCell;
            var perSecond = reciprocals[newestTick % ticksPerCell];
            long packets = 0;
            double busiest = 0;
            var cells = 0;
            for (var window = 0; window < sizes.Length; window++)
            {
                for (; cells < sizes[window]; cells++)
                    packets += _packets[(int)(newest - cells) & (Cells - 1)];
                busiest = Math.Max(busiest, packets * perSecond[window]);
            }
            return busiest;
        }

        private double SecondsOf(int cells, long elapsed) => (((cells - 1) * ticksPerCell) + elapsed) / 10.0;

        public WindowSum Sum(long endTick, int cells)
        {
            var end = endTick / ticksPerCell;
            long packets = 0, bytes = 0;
            for (var cell = end - cells + 1; cell <= end; cell++)
            {
                if (cell > _newest || _newest - cell >= Cells)
                    continue;
                packets += _packets[(int)(cell & (Cells - 1))];
                bytes += _bytes[(int)(cell & (Cells - 1))];
            }
            return new WindowSum(SecondsOf(cells, (endTick % ticksPerCell) + 1), packets, bytes);
        }

        public long Onset(long newestTick, double packetsPerSecond, double weight)
        {
            var perCell = packetsPerSecond * ticksPerCell / 10.0;
            var least = perCell / 4;
            var widest = Math.Max(2, 10 * weight / Math.Max(perCell, 1e-9));
            var newest = newestTick / ticksPerCell;
            var onset = newest;
            var gap = 0;
            for (var cell = newest; cell > newest - Cells && gap <= widest; cell--)
            {
                var packets = _packets[(int)(cell & (Cells - 1))];
                gap = packets >= least && packets > 0 ? 0 : gap + 1;
                onset = gap == 0 ? cell : onset;
            }
            return onset * ticksPerCell;
        }

        public void Clear()
        {
            Array.Clear(_packets);
            Array.Clear(_bytes);
            (_newest, _all) = (long.MinValue, 0);
        }
    }
}
