using System.Globalization;
using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>How a run ended.</summary>
internal enum SampleOutcome
{
    /// <summary>The file is there.</summary>
    Written,

    /// <summary>Refused before or stopped while writing; there is no file.</summary>
    Refused,

    /// <summary>The capture to convert held no packets; there is no file.</summary>
    NothingReadable,
}

/// <summary>Carries out a request: traffic in, one file out.</summary>
internal static class SampleRun
{
    /// <summary>2026-01-01T00:00:00Z: samples begin at a fixed time, because a clock would make each one different.</summary>
    public const long EpochNanoseconds = 1_767_225_600_000_000_000;

    // Upper bounds of what one sampled packet costs in telemetry: a sample with 128 bytes of header, or a flow record of its own.
    private const int SflowBytesPerPacket = 240;
    private const int FlowBytesPerPacket = 120;

    /// <summary>Writes the sample; what happened goes to <paramref name="diagnostics"/>.</summary>
    public static SampleOutcome Run(SampleRequest request, TextWriter diagnostics)
    {
        if (Refusal(request) is { } refusal)
            return Fail(diagnostics, refusal);
        if (request.FromPath is { } missing && !File.Exists(missing))
        {
            diagnostics.WriteLine($"breakwater sample: {missing}: no such file");
            return SampleOutcome.NothingReadable;
        }

        try
        {
            using var file = new SampleFile(request.OutPath, request.Overwrite, request.LimitBytes);
            if (request.Log is { } log)
                return WriteLog(log, request, file, diagnostics);
            var output = CreateOutput(request, file.Content);
            var packets = request.FromPath is { } path
                ? CaptureConversion.Run(path, output, diagnostics)
                : MakeUp(request.Scenario!, output);
            if (packets == 0 && request.FromPath is not null)
                return SampleOutcome.NothingReadable;
            output.Finish();
            file.Commit();
            Report(diagnostics, request, packets, file.Content.Length, output);
            return SampleOutcome.Written;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OutputLimitException)
        {
            return Fail(diagnostics, failure.Message);
        }
    }

    private static SampleOutcome WriteLog(Web.LogScenario log, SampleRequest request, SampleFile file, TextWriter diagnostics)
    {
        var hits = Web.LogTraffic.Of(log);
        foreach (var hit in hits)
            Web.LogLines.Write(file.Content, in hit, isTimed: log.Flood is { HoldSeconds: > 0 });
        file.Commit();
        diagnostics.WriteLine(Text($"{request.OutPath}: {hits.Count} requests, {file.Content.Length} bytes{(SampleFile.IsGzip(request.OutPath) ? " before compression" : "")}"));
        return SampleOutcome.Written;
    }

    /// <summary>Why a made-up sample would be too large; null when it is not.</summary>
    internal static string? Refusal(SampleRequest request)
    {
        if (request.Scenario is not { } scenario)
            return null;
        var packets = Scenario.ExpectedPackets(scenario);
        if (packets > SampleRequest.MaximumPackets)
            return Text($"about {packets:F0} packets would have to be made, the limit is {SampleRequest.MaximumPackets}: lower --rate or --duration");
        var bytes = request.Format switch
        {
            SampleFormat.Packets => Scenario.ExpectedFrameBytes(scenario) + (packets * 16),
            SampleFormat.Sflow => packets / request.Sampling * SflowBytesPerPacket,
            _ => packets / request.Sampling * FlowBytesPerPacket,
        };
        return bytes > request.LimitBytes
            ? Text($"about {bytes:F0} bytes would be written, the limit is {request.LimitBytes}: lower --rate or --duration, or raise --sampling")
            : null;
    }

    private static long MakeUp(ScenarioOptions options, SampleOutput output)
    {
        var scenario = new Scenario(options);
        var packet = new SamplePacket();
        var frame = new byte[FrameWriter.MaximumFrameBytes];
        long packets = 0;
        for (; scenario.TryNext(packet, out var nanoseconds); packets++)
        {
            var inbound = options.IsOwn(packet.Destination);
            var length = FrameWriter.Write(packet, frame, inbound);
            PacketGuard.Check(frame.AsSpan(0, length));
            output.Add(new SeenPacket(frame.AsSpan(0, length), length, LinkType.Ethernet, EpochNanoseconds + nanoseconds)
            {
                InputInterface = inbound ? 1u : 2u,
                OutputInterface = inbound ? 2u : 1u,
            });
        }

        return packets;
    }

    private static SampleOutput CreateOutput(SampleRequest request, Stream content)
    {
        var extension = SampleFile.Extension(request.OutPath);
        var random = new SeededRandom(request.Seed ^ 0x53414D504C494E47); // its own stream: --sampling leaves the packets as they are
        return request.Format switch
        {
            SampleFormat.Packets => new PacketOutput(new CaptureFile(content, pcapng: extension == ".pcapng")),
            SampleFormat.Sflow => new SflowOutput(new DatagramFile(content, SflowOutput.CollectorPort, extension), request.Sampling, random),
            SampleFormat.NetFlow5 => new NetFlow5Output(new DatagramFile(content, NetFlow5Output.CollectorPort, extension), request.Sampling, random),
            SampleFormat.NetFlow9 => new NetFlow9Output(new DatagramFile(content, NetFlow9Output.CollectorPort, extension), request.Sampling, random),
            _ => new IpfixOutput(new DatagramFile(content, IpfixOutput.CollectorPort, extension), request.Sampling, random),
        };
    }

    private static void Report(TextWriter diagnostics, SampleRequest request, long packets, long bytes, SampleOutput output)
    {
        foreach (var omission in output.Omissions)
            diagnostics.WriteLine($"breakwater sample: {omission}");
        diagnostics.WriteLine(Text($"{request.OutPath}: {packets} packets{(request.Sampling > 1 ? $", 1 in {request.Sampling} seen" : "")}, {bytes} bytes{(SampleFile.IsGzip(request.OutPath) ? " before compression" : "")}"));
    }

    private static SampleOutcome Fail(TextWriter diagnostics, string message)
    {
        diagnostics.WriteLine($"breakwater sample: {message}");
        return SampleOutcome.Refused;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
