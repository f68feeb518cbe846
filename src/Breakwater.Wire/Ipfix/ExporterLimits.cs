using System.Collections.Immutable;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Bounds of one exporter's state. What a stranger can make it hold is at most <see cref="ExporterState.MemoryBoundBytes"/>.
/// Values below 1 count as 1.
/// </summary>
public sealed record ExporterLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ExporterLimits Default { get; } = new();

    /// <summary>Observation domains (source ids, engines) whose sequence and samplers are held; the least recently seen gives way.</summary>
    public int MaxDomains { get; init; } = 256;

    /// <summary>Templates over all domains; those that never had data give way first, then the least recently used.</summary>
    public int MaxTemplates { get; init; } = 1024;

    /// <summary>Fields in one template; a longer one is refused.</summary>
    public int MaxFieldsPerTemplate { get; init; } = 512;

    /// <summary>Fields over all templates.</summary>
    public int MaxTemplateFields { get; init; } = 32 * 1024;

    /// <summary>Sampling rates that options records told, over all domains; the oldest gives way.</summary>
    public int MaxSamplers { get; init; } = 1024;

    /// <summary>Data sets that wait for a template; the oldest is given up for a new one.</summary>
    public int MaxWaitingSets { get; init; } = 256;

    /// <summary>Octets of all waiting sets.</summary>
    public int MaxWaitingBytes { get; init; } = 512 * 1024;

    /// <summary>How long a set waits, by arrival time (by export time when arrival is unknown).</summary>
    public int MaxWaitingSeconds { get; init; } = 1800;

    /// <summary>
    /// After a restart of the exporter its data wait this long for a new template, because ids may have new layouts; then the old
    /// template counts again. 0 trusts old templates at once.
    /// </summary>
    public int RestartHoldSeconds { get; init; } = 30;

    /// <summary>Templates not refreshed for this long are dropped (RFC 7011 §8.4); 0 keeps them.</summary>
    public int TemplateLifetimeSeconds { get; init; }

    /// <summary>
    /// True for TCP and SCTP sessions: withdrawals (RFC 7011 §8.1) are honoured. Over UDP they are not allowed and are ignored.
    /// </summary>
    public bool IsReliableTransport { get; init; }

    /// <summary>The operator's sampling rate, used while the exporter has told none; 0 for none.</summary>
    public uint ConfiguredSamplingRate { get; init; }

    /// <summary>The same for single observation domains (NetFlow v9: source ids, sFlow: sub-agents), which it holds for there.</summary>
    public ImmutableDictionary<uint, uint> ConfiguredDomainSamplingRates { get; init; } = ImmutableDictionary<uint, uint>.Empty;

    /// <summary>True lets <see cref="ConfiguredSamplingRate"/> win over what the exporter says.</summary>
    public bool ConfiguredSamplingWins { get; init; }

    /// <summary>What the operator says of a domain.</summary>
    public Sampling ConfiguredSampling(uint domainId)
    {
        var rate = ConfiguredDomainSamplingRates.GetValueOrDefault(domainId, ConfiguredSamplingRate);
        return rate > 0 ? new Sampling(rate, SamplingSource.Configured) : Sampling.Unknown;
    }
}
