namespace Breakwater.Detection.Dossiers;

/// <summary>
/// The records of one tick and one kind of traffic that took longer than a tick, before they go into <see cref="RateWindows"/>: each is
/// put down as where its rate begins and where it ends, so that an hour costs no more than a second. Whole numbers only: order does not matter.
/// </summary>
internal sealed class RateSpread
{
    /// <summary>Binary places behind the point of a rate, so that a packet spread over minutes is not lost.</summary>
    private const int Places = 10;

    // Beyond what any link carries in an hour; and no sum of a tick's records can overflow.
    private const ulong MostPackets = 1UL << 36, MostBytes = 1UL << 43;

    private readonly Changes _ticks = new(1), _seconds = new(10), _spells = new(100);

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
        Packets += (long)packets;
        Bytes += (long)bytes;
        var part = new Part(first, last, (long)Math.Min(packets, MostPackets) << Places, (long)Math.Min(bytes, MostBytes) << Places);
        _ticks.Add(in part, tick);
        _seconds.Add(in part, tick);
        _spells.Add(in part, tick);
    }

    public void FlushTo(RateWindows windows, long tick)
    {
        windows.Advance(Newest);
        windows.Ticks.Take(_ticks, tick);
        windows.Seconds.Take(_seconds, tick);
        windows.Spells.Take(_spells, tick);
        (IsEmpty, Newest, Packets, Bytes) = (true, long.MinValue, 0, 0);
    }

    internal readonly struct Part(long first, long last, long packets, long bytes)
    {
        // The same quotients on every machine (IEEE 754); only whole numbers are added up.
        private readonly double _perTick = 1.0 / (last - first + 1);

        public long First => first;

        public long Last => last;

        public long Packets => packets;

        public long Bytes => bytes;

        public long PacketsPerTick => (long)(packets * _perTick);

        public long BytesPerTick => (long)(bytes * _perTick);
    }

    /// <summary>How much more each cell has than the one before it.</summary>
    internal sealed class Changes(int ticksPerCell)
    {
        // Where the last cell's end would stand.
        private const int Length = RateWindows.Cells + 2;
        private readonly long[] _packets = new long[Length], _bytes = new long[Length];
        private int _from = RateWindows.Cells;

        public void Add(in Part part, long tick)
        {
            var oldest = (tick / ticksPerCell) - RateWindows.Cells + 1;
            var (from, to) = ((part.First / ticksPerCell) - oldest, (part.Last / ticksPerCell) - oldest);
            if (to < 0)
                return;
            if (from == to)
            {
                Put((int)to, part.Packets, part.Bytes);
                return;
            }
            var (packets, bytes) = (part.PacketsPerTick, part.BytesPerTick);
            long before = 0;
            if (from < 0)
                from = -1;
            else
                before = ticksPerCell - (part.First % ticksPerCell);
            // The first cell's part, full cells, and in the last cell whatever is left of the record.
            var left = ((to + oldest) * ticksPerCell) - part.First;
            if (before > 0)
                Put((int)from, packets * before, bytes * before);
            Step((int)from + 1, packets * ticksPerCell, bytes * ticksPerCell);
            Step((int)to, -packets * ticksPerCell, -bytes * ticksPerCell);
            Put((int)to, part.Packets - (packets * left), part.Bytes - (bytes * left));
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
        public void Drain(long tick, RateWindows.Ring ring)
        {
            var oldest = (tick / ticksPerCell) - RateWindows.Cells + 1;
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
