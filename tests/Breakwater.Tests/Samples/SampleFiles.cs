using Breakwater.Samples;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Samples;

/// <summary>A folder for one test's samples, and readers for what is in them.</summary>
internal sealed class SampleFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("breakwater-sample-");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Runs what the command line would run and gives the path; a failure is the test's failure.</summary>
    public string Make(string name, SampleArguments arguments)
    {
        var path = Path(name);
        var (outcome, diagnostics) = Run(arguments with { Out = path });
        Assert.True(outcome == SampleOutcome.Written, diagnostics);
        return path;
    }

    public static (SampleOutcome Outcome, string Diagnostics) Run(SampleArguments arguments, long limitBytes = SampleRequest.MaximumBytes)
    {
        var diagnostics = new StringWriter();
        if (SampleRequest.Parse(arguments with { Seed = arguments.Seed ?? "1" }, out var error) is not { } request)
            return (SampleOutcome.Refused, error);
        var outcome = SampleRun.Run(request with { LimitBytes = limitBytes }, diagnostics);
        return (outcome, diagnostics.ToString());
    }

    /// <summary>The frames of a capture, with their times.</summary>
    public static List<(byte[] Frame, long Nanoseconds)> Frames(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new PcapReader(stream);
        var frames = new List<(byte[], long)>();
        while (reader.TryRead(out var packet))
        {
            Assert.Equal(LinkType.Ethernet, packet.Link);
            Assert.Equal(packet.Data.Length, packet.OriginalLength);
            frames.Add((packet.Data.ToArray(), packet.TimestampNanoseconds));
        }

        Assert.Equal(0, reader.Damage.Count);
        return frames;
    }

    /// <summary>The outermost IP layer of a frame as a flow record.</summary>
    public static FlowRecord Flow(byte[] frame)
    {
        var flow = default(FlowRecord);
        Assert.Equal(DecodeError.None, PacketFlow.Read(frame, frame.Length, LinkType.Ethernet, ref flow));
        return flow;
    }

    /// <summary>The UDP payload of an exporter's frame: Ethernet, IPv4 without options, UDP.</summary>
    public static ReadOnlySpan<byte> Datagram(byte[] frame)
    {
        const int headers = 14 + 20 + 8;
        var udpLength = (frame[38] << 8) | frame[39];
        return frame.AsSpan(headers, udpLength - 8);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
