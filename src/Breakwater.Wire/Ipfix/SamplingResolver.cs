namespace Breakwater.Wire.Ipfix;

/// <summary>Finds the sampling rate of each record of a set: once when it is the same for all, else remembered from record to record.</summary>
internal struct SamplingResolver
{
    private const SamplingField RateFields = SamplingField.Interval | SamplingField.PacketInterval | SamplingField.PacketSpace
        | SamplingField.Size | SamplingField.Population | SamplingField.Probability | SamplingField.LineCard;

    private readonly bool _isByRecord;
    private readonly bool _isByInterface;
    private bool _hasLast;
    private ulong _lastSelector;
    private ulong _lastInterfaces;
    private byte _lastDirection;
    private Sampling _last;

    internal SamplingResolver(in SetContext context, Template template)
    {
        var fields = template.SamplingFields;
        _isByRecord = (fields & RateFields) != 0;
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
        ref var flow = ref scratch.Flow;
        var interfaces = _isByInterface ? ((ulong)flow.InputInterface << 32) | flow.OutputInterface : 0;
        var direction = _isByInterface ? flow.Direction : (byte)0;
        var isSame = _hasLast && !_isByRecord && scratch.Selector == _lastSelector && interfaces == _lastInterfaces
            && direction == _lastDirection;
        if (!isSame)
        {
            _last = context.SamplingFor(template, record);
            (_hasLast, _lastSelector, _lastInterfaces, _lastDirection) = (true, scratch.Selector, interfaces, direction);
        }

        (flow.SamplingRate, flow.SamplingSource) = (_last.Rate, _last.Source);
    }
}
