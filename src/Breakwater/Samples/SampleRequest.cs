using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Samples;

/// <summary>What the command line asks for, as text.</summary>
internal sealed record SampleArguments
{
    public string? Kind { get; init; }

    public string? Out { get; init; }

    public string? As { get; init; }

    public string? Sampling { get; init; }

    public string? From { get; init; }

    public string? Duration { get; init; }

    public string? Rate { get; init; }

    public string? Shape { get; init; }

    public string? Hosts { get; init; }

    public string? On { get; init; }

    public string? Off { get; init; }

    public string? Mix { get; init; }

    public IReadOnlyList<string> And { get; init; } = [];

    public bool Mimic { get; init; }

    public string? Outbound { get; init; }

    public bool AlreadyRunning { get; init; }

    public string? Seed { get; init; }

    public bool Force { get; init; }
}

/// <summary>A sample to be written: understood and within bounds.</summary>
internal sealed record SampleRequest(string OutPath, SampleFormat Format, ulong Seed)
{
    /// <summary>Most bytes of one sample, before compression.</summary>
    public const long MaximumBytes = 1L << 30;

    /// <summary>Most packets that are made for one sample, sampled or not.</summary>
    public const long MaximumPackets = 100_000_000;

    /// <summary>The largest sampling rate: what sFlow and IPFIX can state, far above any router's.</summary>
    public const uint MaximumSampling = 1_000_000;

    /// <summary>NetFlow v5 has 14 bits for it.</summary>
    public const uint MaximumNetFlow5Sampling = (1 << 14) - 1;

    /// <summary>What to make up; null when a capture is converted.</summary>
    public ScenarioOptions? Scenario { get; init; }

    /// <summary>The log to make up; null where packets are.</summary>
    public Web.LogScenario? Log { get; init; }

    /// <summary>The capture to convert; null when a scenario is made up.</summary>
    public string? FromPath { get; init; }

    /// <summary>1 in this many packets is seen.</summary>
    public uint Sampling { get; init; } = 1;

    public bool Overwrite { get; init; }

    /// <summary>Below <see cref="MaximumBytes"/> only in tests.</summary>
    public long LimitBytes { get; init; } = MaximumBytes;

    /// <summary>Reads the arguments; on failure <paramref name="error"/> names the argument and the cure.</summary>
    public static SampleRequest? Parse(SampleArguments arguments, out string error)
    {
        error = "";
        if (arguments.Out is not { Length: > 0 } path)
            error = "--out FILE is missing";
        else if (!ulong.TryParse(arguments.Seed, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            error = arguments.Seed is null ? "--seed is missing: a sample is made again from its seed" : $"--seed '{arguments.Seed}' is no number from 0 on";
        else if (ParseFormat(arguments.As ?? "packets", out error) is { } format
            && CheckExtension(path, format, out error)
            && ParseSampling(arguments.Sampling, format, out error) is { } sampling)
        {
            if (format == SampleFormat.Log)
                return Web.LogArguments.Parse(arguments, seed, out error) is { } log ? new SampleRequest(path, format, seed) { Log = log, Overwrite = arguments.Force } : null;
            var request = new SampleRequest(path, format, seed) { Sampling = sampling, Overwrite = arguments.Force };
            return arguments.From is null ? WithScenario(request, arguments, out error) : WithCapture(request, arguments, out error);
        }

        return null;
    }

    private static SampleRequest? WithCapture(SampleRequest request, SampleArguments arguments, out string error)
    {
        error = "";
        if (arguments.Kind is not null)
            error = "KIND and --from exclude each other: packets are made up or taken from a capture";
        else if ((arguments.Duration ?? arguments.Rate ?? arguments.Mix ?? arguments.Shape) is not null)
            error = "--duration, --rate, --mix and --shape belong to KIND; with --from the capture decides";
        else if ((arguments.Hosts ?? arguments.On ?? arguments.Off ?? arguments.Outbound) is not null
            || arguments.And.Count > 0 || arguments.Mimic || arguments.AlreadyRunning)
            error = "--hosts, --on, --off, --and, --mimic, --outbound and --already-running belong to KIND; with --from the capture decides";
        else if (request.Format == SampleFormat.Packets)
            error = "--from converts to telemetry: give --as sflow, netflow5, netflow9 or ipfix";
        else
            return request with { FromPath = arguments.From };
        return null;
    }

    private static SampleRequest? WithScenario(SampleRequest request, SampleArguments arguments, out string error)
    {
        error = "";
        if (arguments.Kind is null)
            error = "KIND is missing; 'sample --list' shows the kinds";
        else if (SampleKind.Find(arguments.Kind) is not { } kind)
            error = Vectors.TryParse(arguments.Kind, out _)
                ? $"{arguments.Kind} shows in web logs only: give --as log"
                : $"'{arguments.Kind}' is no kind of sample; 'sample --list' shows the kinds";
        else if (ScenarioArguments.Parse(new ScenarioOptions(kind, request.Seed), arguments, out error) is { } scenario)
            return request with { Scenario = scenario };
        return null;
    }

    private static SampleFormat? ParseFormat(string text, out string error)
    {
        SampleFormat? format = text switch
        {
            "packets" => SampleFormat.Packets,
            "sflow" => SampleFormat.Sflow,
            "netflow5" => SampleFormat.NetFlow5,
            "netflow9" => SampleFormat.NetFlow9,
            "ipfix" => SampleFormat.Ipfix,
            "log" => SampleFormat.Log,
            _ => null,
        };
        error = format is not null ? "" : $"--as '{text}' is none of packets, sflow, netflow5, netflow9, ipfix, log";
        return format;
    }

    private static bool CheckExtension(string path, SampleFormat format, out string error)
    {
        var extension = SampleFile.Extension(path);
        if (format == SampleFormat.Log)
        {
            error = extension == ".log" ? "" : $"--out '{path}' does not tell what to write: let the name of a log end in .log, with .gz or without";
            return extension == ".log";
        }

        var fits = extension is ".pcap" or ".pcapng" || (extension == ".ipfix" && format == SampleFormat.Ipfix);
        error = fits ? "" : $"--out '{path}' does not tell what to write: let it end in .pcap or .pcapng (with --as ipfix also .ipfix), each with .gz or without";
        return fits;
    }

    private static uint? ParseSampling(string? text, SampleFormat format, out string error)
    {
        error = "";
        if (text is null || format == SampleFormat.Log)
            return 1;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sampling) || sampling is 0 or > MaximumSampling)
            error = $"--sampling '{text}' is no number from 1 to {MaximumSampling}";
        else if (format == SampleFormat.Packets)
            error = "--sampling belongs to telemetry: a capture cannot state a sampling rate";
        else if (format == SampleFormat.NetFlow5 && sampling > MaximumNetFlow5Sampling)
            error = $"--sampling {sampling} does not fit NetFlow v5, which states at most {MaximumNetFlow5Sampling}";
        else
            return sampling;
        return null;
    }
}
