namespace Breakwater.Bench.Workloads;

/// <summary>Datagrams one behind the other in one block of memory.</summary>
internal sealed class Datagrams(int capacityBytes)
{
    private readonly byte[] _bytes = new byte[capacityBytes];
    private readonly List<(int Offset, int Length)> _places = [];
    private int _length;

    public int Count => _places.Count;

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_places[index].Offset, _places[index].Length);

    /// <summary>False when it does not fit any more.</summary>
    public bool TryAdd(ReadOnlySpan<byte> datagram)
    {
        if (_length + datagram.Length > _bytes.Length)
            return false;
        datagram.CopyTo(_bytes.AsSpan(_length));
        _places.Add((_length, datagram.Length));
        _length += datagram.Length;
        return true;
    }
}
