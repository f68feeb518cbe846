using System.Runtime.CompilerServices;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>What files hold, in order: packets, and telemetry datagrams with their exporter.</summary>
internal interface IInputConsumer
{
    /// <summary>True when nothing more is wanted.</summary>
    bool IsDone { get; }

    /// <summary>One captured packet that is no telemetry.</summary>
    void OnPacket(InputSummary input, in PcapPacket packet);

    /// <summary>One export datagram or message; <paramref name="receivedNanoseconds"/> is 0 when the file has no time.</summary>
    void OnDatagram(InputSummary input, Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds);

    /// <summary>True when requests of access logs are wanted; otherwise such a file is refused.</summary>
    bool TakesRequests { get; }

    /// <summary>True when the requests of several logs are wanted in the order of their times.</summary>
    bool WantsTimeOrder { get; }

    /// <summary>One request of an access log.</summary>
    void OnRequest(InputSummary input, LogFormat format, ReadOnlySpan<byte> line, in LogRequest request);

    /// <summary>No more datagrams come from this exporter.</summary>
    void OnEnd(Exporter exporter);
}

/// <summary>Reads captures, datagram files and IPFIX files, and hands what they hold to a consumer.</summary>
internal sealed class InputReader<TConsumer>(InputOptions options, DecodeSummary summary, TConsumer consumer)
    where TConsumer : IInputConsumer
{
    private readonly ExporterDirectory _exporters = new(options);
    private CaptureTelemetry? _telemetry;
    private LogMerge? _logs;

    /// <summary>Reads the files in the order given. A file that cannot be read is noted in its summary; the others are still read.</summary>
    public void Read(IReadOnlyList<string> paths)
    {
        _telemetry = new CaptureTelemetry(options, _exporters);
        summary.Exporters = _exporters.All;
        RawDatagrams.LearnTemplates(paths, options, _exporters);
        using var logs = new LogMerge();
        _logs = consumer.WantsTimeOrder && paths.Count > 1 ? logs : null;
        foreach (var path in paths)
        {
            if (consumer.IsDone)
                break;
            var input = new InputSummary(path);
            summary.Inputs.Add(input);
            ReadInput(path, input);
        }

        logs.Read(summary, consumer);

        if (summary.Inputs.LastOrDefault(static input => input.Kind == InputKind.Packets) is { } capture && !consumer.IsDone)
        {
            var delivery = new Delivery(this, capture);
            _telemetry.Finish(ref delivery);
        }

        foreach (var exporter in _exporters.All)
            consumer.OnEnd(exporter);
        summary.RefusedDatagrams = _exporters.Refused;
    }

    private void ReadInput(string path, InputSummary input)
    {
        InputFile? file = null;
        try
        {
            file = InputFile.Open(path, options.Kind);
            input.Reading = file;
            // A log that is read side by side with others stays open.
            if (ReadFile(file, input))
                file = null;
            else
                input.Bytes = file.BytesRead;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            InputFailure.Note(input, error);
        }
        finally
        {
            input.Reading = null;
            file?.Dispose();
        }
    }

    /// <summary>True when the file is to be read on, with others.</summary>
    private bool ReadFile(InputFile file, InputSummary input)
    {
        input.Kind = file.Kind;
        switch (file.Kind)
        {
            case InputKind.Packets:
                ReadCapture(file, input);
                break;
            case InputKind.Ipfix:
                ReadMessages(file, input);
                break;
            case InputKind.Sflow or InputKind.NetFlow5 or InputKind.NetFlow9:
                ReadDatagram(file, input);
                break;
            default:
                return ReadText(file, input);
        }

        return false;
    }

    private bool ReadText(InputFile file, InputSummary input)
    {
        var content = new PeekStream(file.Content, LogRecognition.HeadBytes);
        var log = new LogInput(options, content);
        if (!log.IsRecognized)
        {
            input.Failure = file.Kind != InputKind.AccessLog ? ForeignFile.Explain(content.Peek()[..Math.Min(content.Peek().Length, ForeignFile.HeadLength)]) : log.Fault;
            return false;
        }

        (input.Kind, input.LogFormats) = (InputKind.AccessLog, log.FormatNames);
        if (!consumer.TakesRequests)
            input.Failure = "an access log, which this command does not read";
        else if (_logs is null)
            log.Read(input, summary, consumer);
        else if (_logs.TryAdd(log, input, file))
            return true;
        else
            input.Failure = $"more than {LogMerge.MaxLogs} logs in one command";
        return false;
    }

    // Called once for all packets of a file: precompiled code is never replaced within a loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadCapture(InputFile file, InputSummary input)
    {
        using var reader = new PcapReader(file.Content);
        var delivery = new Delivery(this, input);
        while (!consumer.IsDone && reader.TryRead(out var packet))
        {
            if (packet.HasTimestamp)
                input.Saw(packet.TimestampNanoseconds);
            if (_telemetry!.TryRead(packet, ref delivery))
                continue;
            input.Records++;
            summary.Packets++;
            consumer.OnPacket(input, packet);
        }

        input.Damage = reader.Damage.First;
        input.DecodeErrors += reader.Damage.Count;
        if (reader.Error != DecodeError.None)
            input.Failure = SummaryText.Explain(reader.Error);
    }

    private void ReadMessages(InputFile file, InputSummary input)
    {
        // Datagram files of one exporter share its templates; a file of many messages is a session of its own (RFC 5655 §5).
        using var content = new PeekStream(file.Content, RawDatagrams.MaximumBytes + 1);
        var name = options.ExporterOf(input.Path);
        var exporter = RawDatagrams.IsMessageFile(content.Peek()) ? _exporters.OfFile(name) : _exporters.Of(name, InputKind.Ipfix);
        if (exporter is null)
            return;
        var reader = new IpfixMessageReader(content);
        while (!consumer.IsDone && reader.TryRead(out var message))
        {
            Deliver(input, exporter, message, 0);
        }

        input.Damage = [.. reader.Damages.Select(static damage => new PcapDamage(damage.Offset, damage.Error, damage.LengthBytes))];
        input.DecodeErrors += reader.DamageCount;
    }

    private void ReadDatagram(InputFile file, InputSummary input)
    {
        var exporter = _exporters.Of(options.ExporterOf(input.Path), file.Kind);
        if (exporter is null || !RawDatagrams.TryRead(file.Content, out var datagram))
        {
            input.Failure = "longer than a datagram can be (65,535 bytes)";
            return;
        }

        Deliver(input, exporter, datagram, 0);
    }

    private void Deliver(InputSummary input, Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        exporter.Datagrams++;
        var before = exporter.Records;
        consumer.OnDatagram(input, exporter, datagram, receivedNanoseconds);
        input.Records += exporter.Records - before;
    }

    private void EndSession(Exporter exporter) => consumer.OnEnd(exporter);

    private readonly struct Delivery(InputReader<TConsumer> reader, InputSummary input) : ITelemetrySink
    {
        public bool OnTelemetry(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
        {
            var before = exporter.Yield;
            reader.Deliver(input, exporter, datagram, receivedNanoseconds);
            if (exporter.Yield != before)
                return true;
            exporter.Datagrams--;
            return false;
        }

        public void OnSessionEnd(Exporter exporter) => reader.EndSession(exporter);
    }
}
