namespace Breakwater.Wire.Ipfix;

/// <summary>Finds the sampling rate of each record of a set: once when it is the same for all, else remembered from record to record.</summary>
internal struct SamplingResolver
{
    private readonly bool _isByRecord;
    private readonly bool _isByInterface;
    private bool _hasLast;
    private ulong _lastSelector;
    private ulong _lastInterfaces;
    private byte _lastDirection;
    private ulong _lastRateOctets;
    private Sampling _last;

    internal SamplingResolver(in SetContext context, Template template)
    {
        var fields = template.SamplingFields;
        _isByRecord = (fields & (SamplingFields.OfRate | SamplingField.LineCard)) != 0;
        _isByInterface = (fields & (SamplingField.InputInterface | SamplingField.OutputInterface)) != 0
            && context.State.Samplers.HasScope(context.Format, context.DomainId, SamplerScopes.Interface);
        IsConstant = !_isByRecord && !_isByInterface && (fields & SamplingField.Selector) == 0;
        Constant = IsConstant ? context.State.Samplers.For(context, template.Id, default) : Sampling.Unknown;
    }

    /// <summary>True when all records of the set share one rate.</summary>
    internal bool IsConstant { get; }

    /// <summary>That rate.</summary>
    internal Sampling Constant { get; }

    /// <summary>Sets the rate of one record.</summary>
    internal void Resolve(in SetContext context, Template template, ReadOnlySpan<byte> record, ref PlanScratch scratch)
    {
        if (!(_isByRecord ? HasSameRate(template, record) : HasSameScope(scratch)))
            _last = context.SamplingFor(template, record);
        (scratch.Flow.SamplingRate, scratch.Flow.SamplingSource) = (_last.Rate, _last.Source);
    }

    // The same octets tell the same rate. Records that tell none are looked up each by its own scopes.
    private bool HasSameRate(Template template, ReadOnlySpan<byte> record)
    {
        var (offset, length) = template.RateOctets;
        if (length is 0 or > sizeof(ulong))
            return false;
        var octets = UnsignedInteger.Read(record.Slice(offset, length));
        var isSame = octets == _lastRateOctets && _last.Source == SamplingSource.Header;
        _lastRateOctets = octets;
        return isSame;
    }

    private bool HasSameScope(in PlanScratch scratch)
    {
        ref readonly var flow = ref scratch.Flow;
        var interfaces = _isByInterface ? ((ulong)flow.InputInterface << 32) | flow.OutputInterface : 0;
        var direction = _isByInterface ? flow.Direction : (byte)0;
        var isSame = _hasLast && scratch.Selector == _lastSelector && interfaces == _lastInterfaces && direction == _lastDirection;
        (_hasLast, _lastSelector, _lastInterfaces, _lastDirection) = (true, scratch.Selector, interfaces, direction);
        return isSame;
    }
}
