namespace Breakwater.Wire.Ipfix;

/// <summary>
/// The sampling rates that options records told, by domain and scope (RFC 5476, RFC 5477, RFC 3954 §8). Rates may change at any
/// time: the latest holds. Bounded; the oldest announcement gives way.
/// </summary>
internal sealed class SamplerTable(DomainTable domains, ExporterLimits limits)
{
    private readonly Dictionary<SamplerKey, uint> _rates = [];
    private readonly Queue<SamplerKey> _order = [];

    // With when one was last used, nanoseconds since 1970-01-01 UTC; 0: not yet.
    private readonly Dictionary<SamplerKey, long> _stale = [];

    internal int Count => _rates.Count;

    /// <summary>Rates of a stored state that were not told since, and that a record was given from a time on.</summary>
    internal int StaleUsedSince(long nanoseconds) => _stale.Values.Count(used => used > 0 && used >= nanoseconds);

    internal IEnumerable<(SamplerKey Key, uint Rate)> All => _order.Select(key => (key, _rates[key]));

    internal bool Knows(in SamplerKey key) => _rates.ContainsKey(key);

    /// <summary>Notes a rate above 0.</summary>
    internal void Put(in SamplerKey key, uint rate)
    {
        if (!_rates.ContainsKey(key))
        {
            if (_rates.Count >= Math.Max(limits.MaxSamplers, 1))
                Forget(_order.Dequeue());
            _order.Enqueue(key);
        }

        _stale.Remove(key);
        _rates[key] = rate;
        var domain = domains.Use(key.Format, key.DomainId);
        if (key.Scope == SamplerScopes.Selector)
        {
            if ((domain.Scopes & SamplerScopes.Selector) != 0 && domain.OnlySelector != key.Value)
                domain.Scopes |= SamplerScopes.SeveralSelectors;
            domain.OnlySelector = key.Value;
        }

        domain.Scopes |= key.Scope;
    }

    /// <summary>Notes a rate of a stored state: stale until it is told again.</summary>
    internal void PutStale(in SamplerKey key, uint rate)
    {
        Put(key, rate);
        _stale[key] = 0;
    }

    private void Forget(in SamplerKey key)
    {
        _rates.Remove(key);
        _stale.Remove(key);
    }

    /// <summary>True when rates were announced for such a scope in this domain, or for the whole exporter (IPFIX domain 0).</summary>
    internal bool HasScope(ExportFormat format, uint domainId, SamplerScopes scope) =>
        ((ScopesOf(format, domainId) | (IsWithinExporter(format, domainId) ? ScopesOf(format, 0) : SamplerScopes.None)) & scope) != 0;

    /// <summary>The rate that holds for one record.</summary>
    internal Sampling For(in SetContext context, Template template, ReadOnlySpan<byte> record)
    {
        var fields = template.MayNameSampler ? SamplingFields.Read(template, record) : default;
        return For(context, template.Id, fields);
    }

    /// <summary>The rate that holds for a record with these sampling fields.</summary>
    internal Sampling For(in SetContext context, ushort templateId, in SamplingFields fields)
    {
        if (limits.ConfiguredSamplingWins && limits.ConfiguredSampling(context.DomainId) is { Rate: > 0 } configured)
            return configured;
        if (fields.Rate > 0)
            return new Sampling(fields.Rate, SamplingSource.Header);
        var rate = Announced(context, context.DomainId, templateId, fields);
        if (rate == 0 && IsWithinExporter(context.Format, context.DomainId))
            rate = Announced(context, 0, templateId, fields);
        if (rate > 0)
            return new Sampling(rate, SamplingSource.Options);
        return limits.ConfiguredSampling(context.DomainId);
    }

    // RFC 7011 §3.1: domain 0 stands for the whole exporter. A NetFlow v9 source id 0 is one source like others (RFC 3954 §5.1).
    private static bool IsWithinExporter(ExportFormat format, uint domainId) => format == ExportFormat.Ipfix && domainId != 0;

    private SamplerScopes ScopesOf(ExportFormat format, uint domainId) => domains.Find(format, domainId)?.Scopes ?? SamplerScopes.None;

    // From the most to the least specific. What the record does not carry matches nothing, also no scope with the value 0.
    private uint Announced(in SetContext context, uint domainId, ushort templateId, in SamplingFields fields)
    {
        if (domains.Find(context.Format, domainId) is not { } domain || domain.Scopes == SamplerScopes.None)
            return 0;
        var scopes = domain.Scopes;
        var at = new SamplerKey(context.Format, domainId, SamplerScopes.Domain, 0);
        uint rate;
        if ((scopes & SamplerScopes.Selector) != 0)
        {
            if (fields.Has(SamplingField.Selector))
            {
                if (TryUse(at with { Scope = SamplerScopes.Selector, Value = fields.Selector }, context.ReceivedNanoseconds, out rate))
                    return rate;
            }
            else if ((scopes & SamplerScopes.SeveralSelectors) == 0
                && TryUse(at with { Scope = SamplerScopes.Selector, Value = domain.OnlySelector }, context.ReceivedNanoseconds, out rate))
            {
                return rate;
            }
        }

        if ((scopes & SamplerScopes.Interface) != 0)
        {
            if (fields.NamesSampledInterface
                && TryUse(at with { Scope = SamplerScopes.Interface, Value = fields.SampledInterface }, context.ReceivedNanoseconds, out rate))
            {
                return rate;
            }

            if (fields.MayMeanOtherInterface
                && TryUse(at with { Scope = SamplerScopes.Interface, Value = fields.OtherInterface }, context.ReceivedNanoseconds, out rate))
            {
                return rate;
            }
        }

        if ((scopes & SamplerScopes.LineCard) != 0 && fields.Has(SamplingField.LineCard)
            && TryUse(at with { Scope = SamplerScopes.LineCard, Value = fields.LineCard }, context.ReceivedNanoseconds, out rate))
        {
            return rate;
        }

        if ((scopes & SamplerScopes.Template) != 0
            && TryUse(at with { Scope = SamplerScopes.Template, Value = templateId }, context.ReceivedNanoseconds, out rate))
        {
            return rate;
        }

        return TryUse(at, context.ReceivedNanoseconds, out rate) ? rate : 0;
    }

    private bool TryUse(in SamplerKey key, long nanoseconds, out uint rate)
    {
        if (!_rates.TryGetValue(key, out rate))
            return false;
        if (_stale.Count > 0 && _stale.ContainsKey(key))
            _stale[key] = nanoseconds;
        return true;
    }
}

/// <summary>What one announced rate is valid for.</summary>
internal readonly record struct SamplerKey(ExportFormat Format, uint DomainId, SamplerScopes Scope, ulong Value);
