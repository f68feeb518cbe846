namespace Breakwater.Detection.Dossiers;

/// <summary>
/// The records of one tick and one kind of traffic that took longer than a tick, before they go into <see cref="RateWindows"/>: each is
/// put down as where its rate begins and where it ends, so that an hour costs no more than a second. Whole numbers only: order does not matter.
/// </summary>
internal sealed class RateSpread
{
    /// <summary>Binary places behind the point of a rate, so that a packet spread over minutes is not lost.</summary>
    private const int Places = 20;

    // Beyond what any link carries: what is above counts towards the total, but in no window. No sum can overflow.
    private const long Most = 1L << 42;

    private readonly Changes _ticks = new(), _seconds = new(), _spells = new();

    public bool IsEmpty { get; private set; } = true;

    /// <summary>The newest tick that a record reaches.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>Packets and bytes of all records since the last <see cref="Clear"/>.</summary>
    public long Packets { get; private set; }

    /// <inheritdoc cref="Packets"/>
    public long Bytes { get; private set; }

    /// <summary>Spreads scaled packets and bytes evenly over the ticks from <paramref name="first"/> to <paramref name="last"/>.</summary>
    /// <param name="first">First tick of the record.</param>
    /// <param name="last">Its last tick, not after <paramref name="tick"/>.</param>
    /// <param name="tick">The present tick.</param>
    /// <param name="packets">Scaled packets.</param>
    /// <param name="bytes">Scaled bytes.</param>
    public void Add(long first, long last, long tick, ulong packets, ulong bytes)
    {
        IsEmpty = false;
        Newest = Math.Max(Newest, last);
        var (packetsKept, bytesKept) = ((long)Math.Min(packets, (ulong)(Most - Packets)), (long)Math.Min(bytes, (ulong)(Most - Bytes)));
        Packets += packetsKept;
        Bytes += bytesKept;
        var part = new Part(first, last, packetsKept << Places, bytesKept << Places);
        // Divided by constants here, which is quick.
        _ticks.Add(in part, new Cells(first, last, first, last, tick, 1));
        _seconds.Add(in part, new Cells(first / 10, last / 10, first / 10 * 10, last / 10 * 10, tick / 10, 10));
        _spells.Add(in part, new Cells(first / 100, last / 100, first / 100 * 100, last / 100 * 100, tick / 100, 100));
    }

    public void FlushTo(RateWindows windows, long tick)
    {
        windows.Advance(Newest);
        _ticks.Drain(tick, windows.Ticks);
        _seconds.Drain(tick / 10, windows.Seconds);
        _spells.Drain(tick / 100, windows.Spells);
        (IsEmpty, Newest, Packets, Bytes) = (true, long.MinValue, 0, 0);
    }

    private readonly struct Part(long first, long last, long packets, long bytes)
    {
        // The same quotients on every machine (IEEE 754); only whole numbers are added up.
        private readonly double _perTick = 1.0 / (last - first + 1);

        public long First => first;

        public long Packets => packets;

        public long Bytes => bytes;

        public long PacketsPerTick => (long)(packets * _perTick);

        public long BytesPerTick => (long)(bytes * _perTick);
    }

    /// <summary>The cells of a record in one ring.</summary>
    /// <param name="First">Cell of its first tick.</param>
    /// <param name="Last">Cell of its last tick.</param>
    /// <param name="FirstStart">First tick of the first cell.</param>
    /// <param name="LastStart">First tick of the last cell.</param>
    /// <param name="Newest">Cell of the present tick.</param>
    /// <param name="Ticks">Ticks of a cell.</param>
    private readonly record struct Cells(long First, long Last, long FirstStart, long LastStart, long Newest, int Ticks);

    /// <summary>How much more each cell has than the one before it.</summary>
    private sealed class Changes
    {
        // Where the last cell's end would stand.
        private const int Length = RateWindows.Cells + 2;
        private readonly long[] _packets = new long[Length], _bytes = new long[Length];
        private int _from = RateWindows.Cells;

        public void Add(in Part part, in Cells cells)
        {
            var oldest = cells.Newest - RateWindows.Cells + 1;
            var (from, to) = (cells.First - oldest, cells.Last - oldest);
            if (to < 0)
                return;
            if (from == to)
            {
                Put((int)to, part.Packets, part.Bytes);
                return;
            }
            // The first cell's part, full cells, and in the last cell whatever is left of the record.
            var (packets, bytes) = (part.PacketsPerTick, part.BytesPerTick);
            if (from < 0)
                from = -1;
            else
                Put((int)from, packets * (cells.FirstStart + cells.Ticks - part.First), bytes * (cells.FirstStart + cells.Ticks - part.First));
            Step((int)from + 1, packets * cells.Ticks, bytes * cells.Ticks);
            Step((int)to, -packets * cells.Ticks, -bytes * cells.Ticks);
            var before = cells.LastStart - part.First;
            Put((int)to, part.Packets - (packets * before), part.Bytes - (bytes * before));
        }

        private void Put(int cell, long packets, long bytes)
        {
            Step(cell, packets, bytes);
            Step(cell + 1, -packets, -bytes);
        }

        private void Step(int cell, long packets, long bytes)
        {
            _from = Math.Min(_from, cell);
            _packets[cell] += packets;
            _bytes[cell] += bytes;
        }

        /// <summary>Hands each cell's sum on, oldest first, and starts afresh.</summary>
        public void Drain(long newest, RateWindows.Ring ring)
        {
            var oldest = newest - RateWindows.Cells + 1;
            long packets = 0, bytes = 0, packetsDue = 0, bytesDue = 0, packetsPut = 0, bytesPut = 0;
            for (var cell = _from; cell < RateWindows.Cells; cell++)
            {
                packetsDue += packets += _packets[cell];
                bytesDue += bytes += _bytes[cell];
                // Rounded down as a whole, less what has been put: rounding never loses or invents a packet.
                ring.Put(oldest + cell, (packetsDue >> Places) - packetsPut, (bytesDue >> Places) - bytesPut);
                (packetsPut, bytesPut) = (packetsDue >> Places, bytesDue >> Places);
            }
            Array.Clear(_packets, _from, Length - _from);
            Array.Clear(_bytes, _from, Length - _from);
            _from = RateWindows.Cells;
        }
    }
}
