using Breakwater.Bench.Harness;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Bench.Workloads;

/// <summary>A capture of frames cut at 128 bytes, packet by packet: in memory, or through a stream as a file is read.</summary>
internal sealed class CaptureWorkload : Workload
{
    private readonly byte[] _file;
    private readonly bool _isStream;

    public CaptureWorkload(string name, bool isPcapng, bool isFlood, bool isStream = false)
    {
        (Name, _isStream) = (name, isStream);
        Goal = isFlood ? 40 : null;
        using var file = new MemoryStream(BufferBytes + 4096);
        var frames = new Frames(0x5EED, isTagged: isPcapng, isFlood);
        var time = 1_700_000_000_000_000_000L;
        var plain = isPcapng ? null : new PcapWriter(file, LinkType.Ethernet, nanoseconds: true, snapLength: 128);
        var next = isPcapng ? new PcapngWriter(file) : null;
        next?.AddInterface(LinkType.Ethernet, 128);
        while (file.Length < BufferBytes)
        {
            var frame = frames.Next(out var length);
            var cut = frame[..Math.Min(128, frame.Length)];
            plain?.Write(cut, length, time);
            next?.Write(0, cut, length, time);
            time += 700;
        }

        _file = file.ToArray();
    }

    public override string Name { get; }

    public override int? Goal { get; }

    public override ReadOnlyMemory<byte> Bytes => _file;

    private protected override void Pass<TSink>(ref TSink sink)
    {
        using var reader = _isStream ? new PcapReader(new MemoryStream(_file, writable: false)) : new PcapReader(_file);
        reader.Open();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var flow = default(FlowRecord);
        while (reader.TryRead(out var packet))
        {
            PacketFlow.Read(packet.Data, packet.OriginalLength, packet.Link, ref flow);
            sink.OnFlow(flow);
        }

        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
