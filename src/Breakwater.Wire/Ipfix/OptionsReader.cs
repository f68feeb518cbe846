namespace Breakwater.Wire.Ipfix;

/// <summary>Takes from options records what the meaning of data records depends on: sampling rates and the start of the uptime clock.</summary>
internal static class OptionsReader
{
    // systemInitTimeMilliseconds
    private const ushort SystemInit = 160;

    internal static void Learn(in SetContext context, Template template, ReadOnlySpan<byte> records, ExporterState state)
    {
        var tellsRate = (template.SamplingFields & SamplingFields.OfRate) != 0;
        var tellsStart = TellsStart(template);
        if (!tellsRate && !tellsStart)
            return;
        var cursor = new RecordCursor(template, records);
        while (cursor.TryRead(out var record))
        {
            if (tellsRate)
                LearnRate(context, template, record, state);
            if (tellsStart)
                LearnStart(context, template, record, state);
        }
    }

    private static void LearnRate(in SetContext context, Template template, ReadOnlySpan<byte> record, ExporterState state)
    {
        var fields = SamplingFields.Read(template, record);
        var rate = fields.Rate;
        if (rate == 0)
            return;
        var domainId = fields.Has(SamplingField.Domain) ? (uint)fields.DomainId : context.DomainId;
        var (scope, value) = Scope(template, fields);
        state.Samplers.Put(new SamplerKey(context.Format, domainId, scope, value), rate);
    }

    // The most specific thing that the record names; selectors are named inside or outside of the scope (RFC 3954 field 48, RFC 5476).
    private static (SamplerScopes Scope, ulong Value) Scope(Template template, in SamplingFields fields)
    {
        if (fields.Has(SamplingField.Selector))
            return (SamplerScopes.Selector, fields.Selector);
        if (IsScope(template, SamplingField.InputInterface) || IsScope(template, SamplingField.OutputInterface))
            return (SamplerScopes.Interface, fields.SampledInterface);
        if (IsScope(template, SamplingField.LineCard))
            return (SamplerScopes.LineCard, fields.LineCard);
        return fields.Has(SamplingField.Template)
            ? (SamplerScopes.Template, fields.TemplateId)
            : (SamplerScopes.Domain, 0);
    }

    private static bool IsScope(Template template, SamplingField kind)
    {
        foreach (var field in template.Fields[..template.ScopeCount])
        {
            if (field.Length > 0 && SamplingFields.Classify(field, template.Format) == kind)
                return true;
        }

        return false;
    }

    private static bool TellsStart(Template template)
    {
        foreach (var field in template.Fields)
        {
            if (field is { EnterpriseNumber: 0, Id: SystemInit } && !(field.IsScope && template.Format == ExportFormat.NetFlow9))
                return true;
        }

        return false;
    }

    private static void LearnStart(in SetContext context, Template template, ReadOnlySpan<byte> record, ExporterState state)
    {
        var cursor = new FieldCursor(template, record);
        while (cursor.TryRead(out var field, out var value))
        {
            if (field is { EnterpriseNumber: 0, Id: SystemInit } && value.Length is >= 1 and <= 8)
                state.Domains.Use(context.Format, context.DomainId).SystemInitMilliseconds = UnsignedInteger.Read(value);
        }
    }
}
