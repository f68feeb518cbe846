namespace Breakwater.Wire.Ipfix;

/// <summary>Reads template and options template sets (RFC 3954 §5.2, §6.1; RFC 7011 §3.4.1, §3.4.2) into the table.</summary>
internal static class TemplateSets
{
    private const int FirstTemplateId = 256;
    private const ushort EnterpriseBit = 0x8000;

    internal static DecodeError Read<TSink>(
        in SetContext context, ReadOnlySpan<byte> body, Domain domain, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        var reader = new WireReader(body);
        while (reader.Remaining >= 4)
        {
            reader.TryRead(out ushort id);
            reader.TryRead(out ushort fieldCount);
            if (id == 0 && fieldCount == 0)
                break;
            if (fieldCount == 0 && context.Format == ExportFormat.Ipfix)
            {
                Withdraw(context, id, isOptions: false, state, ref sink);
                continue;
            }

            var error = ReadFields(ref reader, context.Format, fieldCount, 0, state);
            if (error is DecodeError.None)
                Store(context, id, fieldCount, isOptions: false, domain, state, ref totals, ref sink);
            else if (Refuse(context, body.Length, error, state, ref sink))
                return error;
        }

        return DecodeError.None;
    }

    internal static DecodeError ReadOptions<TSink>(
        in SetContext context, ReadOnlySpan<byte> body, Domain domain, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        var reader = new WireReader(body);
        while (reader.Remaining >= 4)
        {
            reader.TryRead(out ushort id);
            reader.TryRead(out ushort first);
            if (first == 0 && context.Format == ExportFormat.Ipfix)
            {
                if (id == 0)
                    break;
                Withdraw(context, id, isOptions: true, state, ref sink);
                continue;
            }

            if (!reader.TryRead(out ushort second))
            {
                // Three octets of padding at most; a whole record's head that is cut off here is damage.
                return id == 0 && first == 0 ? DecodeError.None : Damaged(context, body.Length, state, ref sink);
            }

            if (id == 0 && first == 0 && second == 0)
                break;
            if (!TryCounts(context.Format, first, second, out var fieldCount, out var scopeCount))
                return Damaged(context, body.Length, state, ref sink);
            var error = ReadFields(ref reader, context.Format, fieldCount, scopeCount, state);
            if (error is DecodeError.None && scopeCount == 0 && context.Format == ExportFormat.Ipfix)
                state.Count.RefusedTemplates++; // RFC 7011 §3.4.2.2: the scope field count must not be zero
            else if (error is DecodeError.None)
                Store(context, id, fieldCount, isOptions: true, domain, state, ref totals, ref sink);
            else if (Refuse(context, body.Length, error, state, ref sink))
                return error;
        }

        return DecodeError.None;
    }

    // RFC 7011 §3.4.2.2: field count, then scope field count. RFC 3954 §6.1: length of the scopes, then of the options, in octets.
    private static bool TryCounts(ExportFormat format, int first, int second, out int fieldCount, out int scopeCount)
    {
        if (format == ExportFormat.Ipfix)
        {
            (fieldCount, scopeCount) = (first, second);
            return scopeCount <= fieldCount;
        }

        (fieldCount, scopeCount) = ((first + second) / 4, first / 4);
        return first % 4 == 0 && second % 4 == 0;
    }

    // Too many fields are read over, so that the templates behind them are still found.
    private static DecodeError ReadFields(ref WireReader reader, ExportFormat format, int fieldCount, int scopeCount, ExporterState state)
    {
        for (var i = 0; i < fieldCount; i++)
        {
            if (!reader.TryRead(out ushort id) || !reader.TryRead(out ushort length))
                return DecodeError.Truncated;
            uint enterprise = 0;
            if (format == ExportFormat.Ipfix && (id & EnterpriseBit) != 0)
            {
                id ^= EnterpriseBit;
                if (!reader.TryRead(out enterprise))
                    return DecodeError.Truncated;
            }

            if (i < state.ParsedFields.Length)
                state.ParsedFields[i] = new FieldSpecifier(id, enterprise, length, i < scopeCount);
        }

        return fieldCount > state.ParsedFields.Length ? DecodeError.LimitReached : DecodeError.None;
    }

    private static void Store<TSink>(
        in SetContext context,
        ushort id,
        int fieldCount,
        bool isOptions,
        Domain domain,
        ExporterState state,
        ref SetTotals totals,
        ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        totals.Templates++;
        state.Count.Templates++;
        if (id < FirstTemplateId || fieldCount == 0)
        {
            state.Count.RefusedTemplates++;
            return;
        }

        var fields = state.ParsedFields.AsSpan(0, fieldCount);
        var key = TemplateTable.Key(context.Format, context.DomainId, id);
        var template = state.Templates.Find(key);
        var change = template is null ? TemplateChange.Added
            : template.HasLayout(fields, isOptions) ? TemplateChange.Refreshed
            : TemplateChange.Redefined;
        if (change != TemplateChange.Refreshed)
        {
            template = new Template(context.Format, context.DomainId, id, fields.ToArray(), isOptions, context.ReceivedNanoseconds);
            var evictions = state.Templates.Evictions;
            state.Templates.Put(key, template);
            state.Count.EvictedTemplates += state.Templates.Evictions - evictions;
            if (change == TemplateChange.Redefined)
                state.Count.Redefinitions++;
        }

        template!.ReceivedNanoseconds = context.ReceivedNanoseconds;
        template.SeenNanoseconds = MessageClock.Of(context);
        template.Generation = domain.Generation;
        template.IsStale = false;
        domain.Restart.Refreshed();
        sink.OnTemplate(context, template, change);
        if (state.Waiting.HasAny(key))
            SetWalker.Recover(context, key, template, state, ref totals, ref sink);
    }

    // RFC 7011 §8.1: field count 0; the set's own id stands for all templates of its kind. Not allowed over UDP: ignored there.
    private static void Withdraw<TSink>(in SetContext context, ushort id, bool isOptions, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (!state.Limits.IsReliableTransport)
        {
            state.Count.RefusedTemplates++;
            return;
        }

        if (id == context.SetId)
        {
            foreach (var template in state.Templates.All.ToArray())
            {
                if (template.Format == context.Format && template.DomainId == context.DomainId && template.IsOptions == isOptions)
                    Remove(context, template, state, ref sink);
            }
        }
        else if (state.Templates.Find(TemplateTable.Key(context.Format, context.DomainId, id)) is { } one && one.IsOptions == isOptions)
        {
            Remove(context, one, state, ref sink);
        }
    }

    private static void Remove<TSink>(in SetContext context, Template template, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        state.Templates.Remove(TemplateTable.Key(template.Format, template.DomainId, template.Id));
        state.Count.Withdrawals++;
        sink.OnTemplate(context, template, TemplateChange.Withdrawn);
    }

    private static bool Refuse<TSink>(in SetContext context, int lengthBytes, DecodeError error, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        state.Count.RefusedTemplates++;
        if (error == DecodeError.LimitReached)
            return false;
        SetWalker.Undecodable(context, lengthBytes, UndecodableReason.BadTemplate, state, ref sink);
        return true;
    }

    private static DecodeError Damaged<TSink>(in SetContext context, int lengthBytes, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        Refuse(context, lengthBytes, DecodeError.BadLength, state, ref sink);
        return DecodeError.BadLength;
    }
}
