namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// Reads a whole pcapng file (draft-ietf-opsawg-pcapng) with a plain walk from block to block, and calls it sound only when nothing
/// in it is odd.
/// </summary>
internal sealed class NaivePcapng
{
    private readonly byte[] _file;
    private readonly List<Interface> _interfaces = [];
    private readonly List<NaiveCapturedPacket> _packets = [];
    private bool _big;

    private sealed record Interface(uint Link, uint Snap, int Resolution, long OffsetSeconds);

    private NaivePcapng(byte[] file) => _file = file;

    public static NaiveCapture? Read(byte[] file)
    {
        if (file.Length < 28 || NaivePcap.Big32(file, 0) != 0x0A0D0D0A)
            return null;
        var reader = new NaivePcapng(file);
        var sound = reader.Walk();
        return new NaiveCapture(reader._packets, sound);
    }

    private bool Walk()
    {
        var at = 0;
        while (at < _file.Length)
        {
            if (at + 12 > _file.Length)
                return false;
            if (NaivePcap.Big32(_file, at) == 0x0A0D0D0A)
            {
                if (!TryOrder(at))
                    return false;
            }

            var length = U32(at + 4);
            if (length < 12 || length % 4 != 0 || length > 300_000 || at + length > _file.Length || U32(at + (int)length - 4) != length)
                return false;
            if (!Block(at, (int)length))
                return false;
            at += (int)length;
        }

        return true;
    }

    private bool TryOrder(int at)
    {
        var magic = NaivePcap.Big32(_file, at + 8);
        _big = magic == 0x1A2B3C4D;
        return _big || magic == 0x4D3C2B1A;
    }

    private bool Block(int at, int length)
    {
        switch (U32(at))
        {
            case 0x0A0D0D0A:
                _interfaces.Clear();
                return length >= 28 && U16(at + 12) == 1;
            case 1:
                return AddInterface(at, length);
            case 2:
                return AddPacket(at, length, U16(at + 8));
            case 3:
                return AddSimplePacket(at, length);
            case 6:
                return AddPacket(at, length, U32(at + 8));
            default:
                return true;
        }
    }

    // §4.2: link type, reserved, snap length; options code, length, value padded to 32 bits.
    private bool AddInterface(int at, int length)
    {
        if (length < 20)
            return false;
        var (resolution, offset) = (6, 0L);
        var option = at + 16;
        var end = at + length - 4;
        while (option + 4 <= end && U16(option) != 0)
        {
            var bytes = (int)U16(option + 2);
            if (option + 4 + bytes > end)
                return false;
            if (U16(option) == 9)
            {
                if (bytes != 1)
                    return false;
                resolution = _file[option + 4];
            }

            if (U16(option) == 14)
            {
                if (bytes != 8)
                    return false;
                var (first, second) = (U32(option + 4), U32(option + 8));
                offset = (long)(_big ? ((ulong)first << 32) | second : ((ulong)second << 32) | first);
            }

            option += 4 + ((bytes + 3) / 4 * 4);
        }

        _interfaces.Add(new Interface(U16(at + 8), U32(at + 12), resolution, offset));
        return true;
    }

    // §4.3: interface, time high, time low, captured, original, data.
    private bool AddPacket(int at, int length, uint index)
    {
        if (length < 32 || index >= _interfaces.Count)
            return false;
        var (captured, original) = (U32(at + 20), U32(at + 24));
        if (captured > length - 32)
            return false;
        var ticks = ((UInt128)U32(at + 12) << 32) | U32(at + 16);
        var source = _interfaces[(int)index];
        _packets.Add(new NaiveCapturedPacket(at, at + 28, (int)captured, original, source.Link, (int)index, Nanoseconds(source, ticks)));
        return true;
    }

    // §4.4: original length, then data up to the snap length of interface 0.
    private bool AddSimplePacket(int at, int length)
    {
        if (length < 16 || _interfaces.Count == 0)
            return false;
        var original = U32(at + 8);
        var captured = _interfaces[0].Snap == 0 ? original : Math.Min(original, _interfaces[0].Snap);
        if (captured > length - 16)
            return false;
        _packets.Add(new NaiveCapturedPacket(at, at + 12, (int)captured, original, _interfaces[0].Link, 0, null));
        return true;
    }

    private static Int128? Nanoseconds(Interface source, UInt128 ticks)
    {
        var power = source.Resolution & 0x7F;
        Int128 nanoseconds;
        if (source.Resolution < 128)
        {
            nanoseconds = (Int128)ticks;
            for (var i = power; i < 9; i++)
                nanoseconds *= 10;
            for (var i = 9; i < power; i++)
                nanoseconds /= 10;
        }
        else
            nanoseconds = power > 100 ? 0 : (Int128)((ticks * 1_000_000_000) >> power);

        nanoseconds += (Int128)source.OffsetSeconds * 1_000_000_000;
        return nanoseconds > long.MinValue && nanoseconds <= long.MaxValue ? nanoseconds : null;
    }

    private uint U32(int at) => _big ? NaivePcap.Big32(_file, at) : NaivePcap.Little32(_file, at);

    private uint U16(int at) => _big ? (uint)((_file[at] << 8) | _file[at + 1]) : (uint)(_file[at] | (_file[at + 1] << 8));
}
