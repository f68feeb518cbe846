using System.Globalization;

namespace Breakwater.Samples;

/// <summary>Reads the arguments that say what a made-up sample shows; each mistake has one message with its cure.</summary>
internal static class ScenarioArguments
{
    private const int MaximumSenders = 100;

    /// <summary>Fills in <paramref name="options"/>; null with an <paramref name="error"/> when the arguments make no scenario.</summary>
    public static ScenarioOptions? Parse(ScenarioOptions options, SampleArguments arguments, out string error)
    {
        error = "";
        var (duration, rate) = (options.DurationNanoseconds, options.PacketsPerSecond);
        if (arguments.Duration is { } durationText && !Quantity.TryDuration(durationText, out duration))
            error = $"--duration '{durationText}' is no duration with a unit, such as 10s or 500ms";
        else if (arguments.Rate is { } rateText && !Quantity.TryPacketRate(rateText, out rate))
            error = $"--rate '{rateText}' is no packet rate with a unit, such as 800pps or 5kpps";
        else
            return ParseMix(options with { DurationNanoseconds = duration, PacketsPerSecond = rate }, arguments, out error);
        return null;
    }

    private static ScenarioOptions? ParseMix(ScenarioOptions options, SampleArguments arguments, out string error)
    {
        error = "";
        var percent = options.MixPercent;
        long mixRate = 0;
        if (arguments.Mix is { } mix && !Quantity.TryPercent(mix, out percent) && !Quantity.TryPacketRate(mix, out mixRate))
            error = $"--mix '{mix}' is no share such as 10% (of the attack's packet rate; 0% for the attack alone) and no rate such as 500pps";
        else if (arguments.Mix is not null && !options.Kind.IsAttack)
            error = $"--mix belongs to attacks: {options.Kind.Name} is quiet as it is";
        else
            return ParseShape(options with { MixPercent = percent, MixPacketsPerSecond = mixRate > 0 ? mixRate : null }, arguments, out error);
        return null;
    }

    private static ScenarioOptions? ParseShape(ScenarioOptions options, SampleArguments arguments, out string error)
    {
        error = "";
        var shape = options.Shape;
        var (hosts, on, off) = (options.Hosts, options.OnNanoseconds, options.OffNanoseconds);
        if (arguments.Shape is { } shapeText && !TryShape(shapeText, out shape))
            error = $"--shape '{shapeText}' is none of host, carpet, pulse, ramp";
        else if (!IsPossible(options.Kind, shape))
            error = $"--shape {arguments.Shape} is not possible with {options.Kind.Name}";
        else if (arguments.Hosts is not null && shape != AttackShape.Carpet)
            error = "--hosts belongs to --shape carpet";
        else if (arguments.Hosts is { } hostsText && !TryCount(hostsText, 2, ScenarioOptions.MaximumHosts, out hosts))
            error = $"--hosts '{hostsText}' is no number from 2 to {ScenarioOptions.MaximumHosts}";
        else if (hosts > ScenarioOptions.OwnNetworkHosts && !options.Kind.Target.IsIPv4)
            error = $"--hosts {hosts} is not possible with {options.Kind.Name}: at most {ScenarioOptions.OwnNetworkHosts} of IPv6";
        else if ((arguments.On ?? arguments.Off) is not null && shape != AttackShape.Pulse)
            error = "--on and --off belong to --shape pulse";
        else if (arguments.On is { } onText && !Quantity.TryDuration(onText, out on))
            error = $"--on '{onText}' is no duration with a unit, such as 10s or 500ms";
        else if (arguments.Off is { } offText && !Quantity.TryDuration(offText, out off))
            error = $"--off '{offText}' is no duration with a unit, such as 10s or 500ms";
        else
            return ParseVariant(options with { Shape = shape, Hosts = hosts, OnNanoseconds = on, OffNanoseconds = off }, arguments, out error);
        return null;
    }

    private static ScenarioOptions? ParseVariant(ScenarioOptions options, SampleArguments arguments, out string error)
    {
        error = "";
        var further = new List<SampleKind>();
        var senders = 0;
        if (!options.Kind.IsAttack && (arguments.Mimic || arguments.AlreadyRunning || arguments.Outbound is not null || arguments.And.Count > 0))
            error = $"--and, --mimic, --outbound and --already-running belong to attacks: {options.Kind.Name} is quiet";
        else if (arguments.And.FirstOrDefault(name => SampleKind.Find(name) is not { IsAttack: true }) is { } unknown)
            error = $"--and '{unknown}' is no vector; 'sample --list' shows them";
        else if (arguments.Outbound is { } text && !TryCount(text, 1, MaximumSenders, out senders))
            error = $"--outbound '{text}' is no number of own hosts from 1 to {MaximumSenders}";
        else
        {
            further.AddRange(arguments.And.Select(static name => SampleKind.Find(name)!));
            foreach (var kind in further.Prepend(options.Kind))
            {
                if (arguments.Mimic && !kind.CanMimic)
                    error = $"--mimic is not possible with {kind.Name}: no ordinary traffic looks like it";
                else if (senders > 0 && (kind.IsConversation || options.Shape == AttackShape.Carpet))
                    error = $"--outbound is not possible with {(kind.IsConversation ? kind.Name : "--shape carpet")}";
                else if (!IsPossible(kind, options.Shape))
                    error = $"--shape {arguments.Shape} is not possible with {kind.Name}";
            }
        }

        return error.Length > 0 ? null : options with
        {
            Further = further.Count == 0 ? options.Further : [.. further],
            Mimics = arguments.Mimic,
            OutboundSenders = senders,
            AlreadyRunning = arguments.AlreadyRunning,
        };
    }

    /// <summary>Attacks over real connections go to one host, and are not cut into pulses.</summary>
    private static bool IsPossible(SampleKind kind, AttackShape shape) => shape switch
    {
        AttackShape.Host => true,
        AttackShape.Ramp => kind.IsAttack,
        _ => kind.IsAttack && !kind.IsConversation,
    };

    private static bool TryShape(string text, out AttackShape shape)
    {
        shape = text switch { "carpet" => AttackShape.Carpet, "pulse" => AttackShape.Pulse, "ramp" => AttackShape.Ramp, _ => AttackShape.Host };
        return shape != AttackShape.Host || text == "host";
    }

    private static bool TryCount(string text, int low, int high, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= low && count <= high;
}
