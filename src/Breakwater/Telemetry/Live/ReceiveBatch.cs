using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Breakwater.Wire;
using static Breakwater.Telemetry.Live.LibC;

namespace Breakwater.Telemetry.Live;

/// <summary>The buffers of one receiving thread: as many datagrams as one call takes, outside of the collected heap.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    /// <summary>Most datagrams per call.</summary>
    public const int Capacity = 128;

    // Room for any UDP payload, and a stride that does not put the beginnings of all datagrams into the same cache sets.
    private const int StrideBytes = ushort.MaxValue + 1 + (17 * 64);
    private const int NameBytes = 28; // sockaddr_in6

    private readonly byte* _memory;
    private readonly ReceivedMessage* _messages;
    private readonly byte* _names;
    private readonly byte* _payloads;
    private bool _isDisposed;

    public ReceiveBatch()
    {
        var vectorBytes = Capacity * sizeof(IoVector);
        var messageBytes = Capacity * sizeof(ReceivedMessage);
        var namesBytes = Capacity * 32;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(messageBytes + vectorBytes + namesBytes + (Capacity * StrideBytes)));
        _messages = (ReceivedMessage*)_memory;
        var vectors = (IoVector*)(_memory + messageBytes);
        _names = (byte*)vectors + vectorBytes;
        _payloads = _names + namesBytes;
        for (var index = 0; index < Capacity; index++)
        {
            vectors[index] = new IoVector { Base = _payloads + ((long)index * StrideBytes), Length = ushort.MaxValue };
            ref var header = ref _messages[index].Header;
            header.Name = _names + (index * 32);
            header.Vectors = vectors + index;
            header.VectorCount = 1;
        }
    }

    /// <summary>Takes what waits in a socket; 0 when nothing does.</summary>
    public int Receive(int descriptor)
    {
        for (var index = 0; index < Capacity; index++)
        {
            // The kernel overwrites these with what it used.
            ref var header = ref _messages[index].Header;
            (header.NameLength, header.Flags) = (NameBytes, 0);
        }

        return Math.Max(0, ReceiveMessages(descriptor, _messages, Capacity, DontWait, null));
    }

    /// <summary>The payload of one datagram; valid until the next <see cref="Receive"/>.</summary>
    public ReadOnlySpan<byte> Payload(int index) => new(_payloads + ((long)index * StrideBytes), (int)Math.Min(_messages[index].Length, ushort.MaxValue));

    /// <summary>True when the kernel had to cut the datagram off.</summary>
    public bool IsTruncated(int index) => (_messages[index].Header.Flags & MessageTruncated) != 0;

    /// <summary>Who sent it.</summary>
    public bool TrySource(int index, out Address address, out ushort port)
    {
        var name = new ReadOnlySpan<byte>(_names + (index * 32), NameBytes);
        var family = BinaryPrimitives.ReadUInt16LittleEndian(name);
        port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        address = default;
        return family switch
        {
            InterNetwork => Address.TryRead(name.Slice(4, 4), out address),
            InterNetworkV6 => Address.TryRead(name.Slice(8, 16), out address),
            _ => false,
        };
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_memory);
    }
}
