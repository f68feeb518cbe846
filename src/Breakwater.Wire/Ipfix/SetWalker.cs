using System.Buffers.Binary;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Walks the sets of one NetFlow v9 or IPFIX message. Both share the set header (RFC 3954 §5.2, RFC 7011 §3.3.2):
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-------------------------------+-------------------------------+
/// |          Set ID               |  Length (with these 4 octets) |
/// +-------------------------------+-------------------------------+
/// </code>
/// </summary>
internal static class SetWalker
{
    private const int SetHeaderBytes = 4;
    private const int FirstDataSetId = 256;

    /// <summary>Reads all sets; what stands before the first fault stays valid.</summary>
    internal static DecodeError Walk<TSink>(
        in SetContext header, ReadOnlySpan<byte> sets, Domain domain, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        var error = DecodeError.None;
        while (sets.Length >= SetHeaderBytes)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(sets);
            int length = BinaryPrimitives.ReadUInt16BigEndian(sets[2..]);
            if (length < SetHeaderBytes)
                return First(error, IsZero(sets) ? DecodeError.None : DecodeError.BadLength);
            if (length > sets.Length)
            {
                error = First(error, DecodeError.Truncated);
                length = sets.Length;
            }

            var body = sets[SetHeaderBytes..length];
            sets = sets[length..];
            var context = header with { SetId = id };
            error = First(error, Read(context, body, domain, state, ref totals, ref sink));
        }

        return First(error, IsZero(sets) ? DecodeError.None : DecodeError.Truncated);
    }

    /// <summary>Hands over the complete records of a set whose template is known.</summary>
    /// <param name="context">The set and the header of its own message.</param>
    /// <param name="template">Its template.</param>
    /// <param name="body">The octets behind the set header.</param>
    /// <param name="state">The exporter's state.</param>
    /// <param name="sink">Gets the records.</param>
    /// <param name="isCut">True when a record is cut off behind the complete ones.</param>
    /// <returns>The number of records, or -1 when the set could not be read.</returns>
    private static int Deliver<TSink>(
        in SetContext context, Template template, ReadOnlySpan<byte> body, ExporterState state, ref TSink sink, out bool isCut)
        where TSink : struct, ISetSink, allows ref struct
    {
        isCut = false;
        if (template.MinimumLength == 0)
        {
            Undecodable(context, body.Length, UndecodableReason.ZeroLengthTemplate, state, ref sink);
            return -1;
        }

        var (count, lengthBytes) = Measure(template, body);
        if (count == 0)
        {
            if (IsZero(body) && body.Length < SetHeaderBytes)
                return 0;
            Undecodable(context, body.Length, UndecodableReason.LayoutMismatch, state, ref sink);
            return -1;
        }

        var records = body[..lengthBytes];
        isCut = body.Length - lengthBytes >= template.MinimumLength;
        state.Count.Records += (uint)count;
        if (template.IsOptions)
            OptionsReader.Learn(context, template, records, state);
        sink.OnDataSet(context with { RecordCount = count }, template, records);
        return count;
    }

    /// <summary>Ends a set's waiting: with the template that is known now, or as undecodable.</summary>
    internal static void GiveUp<TSink>(in WaitingSet set, UndecodableReason reason, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (state.Templates.Use(set.Key) is { } template)
            Recover(set, template, state, ref sink);
        else
            Undecodable(set.Context, set.Body.Length, reason, state, ref sink);
    }

    /// <summary>Delivers the sets that waited for one template, in order of arrival.</summary>
    internal static void Recover<TSink>(
        in SetContext header, ulong key, Template template, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        while (state.Waiting.TryTake(key, out var set))
        {
            var count = Recover(set, template, state, ref sink);
            if (set.Context.Sequence != header.Sequence || count < 0)
                continue;
            totals.Records += (uint)count;
            totals.UnreadSets--;
        }
    }

    internal static void Undecodable<TSink>(
        in SetContext context, int lengthBytes, UndecodableReason reason, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        state.Count.UndecodableSets++;
        sink.OnUndecodableSet(context, lengthBytes, reason);
    }

    private static DecodeError Read<TSink>(
        in SetContext context, ReadOnlySpan<byte> body, Domain domain, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (context.SetId >= FirstDataSetId)
        {
            return ReadData(context, body, domain, state, ref totals, ref sink);
        }

        var (templates, options) = context.Format == ExportFormat.Ipfix ? (2, 3) : (0, 1);
        if (context.SetId == templates)
            return TemplateSets.Read(context, body, domain, state, ref totals, ref sink);
        if (context.SetId == options)
            return TemplateSets.ReadOptions(context, body, domain, state, ref totals, ref sink);
        Undecodable(context, body.Length, UndecodableReason.ReservedSetId, state, ref sink);
        return DecodeError.BadValue;
    }

    private static DecodeError ReadData<TSink>(
        in SetContext context, ReadOnlySpan<byte> body, Domain domain, ExporterState state, ref SetTotals totals, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (body.IsEmpty)
            return DecodeError.None;
        var key = TemplateTable.Key(context.Format, context.DomainId, context.SetId);
        if (FindTemplate(context, key, domain, state, ref sink) is not { } template)
        {
            totals.UnreadSets++;
            Wait(context, key, body, state, ref sink);
            return DecodeError.None;
        }

        var count = Deliver(context, template, WithoutPadding(context.Format, template, body, totals), state, ref sink, out var isCut);
        if (count >= 0)
            totals.Records += (uint)count;
        if (count < 0 || isCut)
            totals.UnreadSets++;
        return isCut || count < 0 ? DecodeError.BadLength : DecodeError.None;
    }

    // Null when data have to wait: there is no template, it outlived its lifetime, or a restart may have changed what its id means.
    private static Template? FindTemplate<TSink>(in SetContext context, ulong key, Domain domain, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (state.Templates.Use(key) is not { } template)
            return null;
        if (state.Limits.TemplateLifetimeSeconds > 0
            && MessageClock.Of(context) - template.SeenNanoseconds > state.Limits.TemplateLifetimeSeconds * 1_000_000_000L)
        {
            state.Templates.Remove(key);
            sink.OnTemplate(context, template, TemplateChange.Expired);
            return null;
        }

        if (template.Generation == domain.Generation)
            return template;
        template.IsStale = true;
        return domain.Restart.HoldUntilSeconds == 0 ? template : null;
    }

    private static void Wait<TSink>(in SetContext context, ulong key, ReadOnlySpan<byte> body, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (!state.Waiting.CanHold(body.Length))
        {
            Undecodable(context, body.Length, UndecodableReason.QueueFull, state, ref sink);
            return;
        }

        while (state.Waiting.IsFullFor(body.Length) && state.Waiting.TryTakeOldest(long.MaxValue, out var oldest))
            GiveUp(oldest, UndecodableReason.QueueFull, state, ref sink);
        state.Waiting.Add(new WaitingSet(key, context with { HasWaited = true }, MessageClock.Of(context), body.ToArray()));
    }

    private static int Recover<TSink>(in WaitingSet set, Template template, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        var count = Deliver(set.Context, template, set.Body, state, ref sink, out _);
        if (count >= 0)
            state.Count.RecoveredSets++;
        return count;
    }

    private static (int Count, int LengthBytes) Measure(Template template, ReadOnlySpan<byte> body)
    {
        if (!template.HasVariableLength)
        {
            var records = body.Length / template.MinimumLength;
            return (records, records * template.MinimumLength);
        }

        var cursor = new RecordCursor(template, body);
        var count = 0;
        while (cursor.TryRead(out _))
            count++;
        return (count, body.Length - cursor.Rest.Length);
    }

    // RFC 3954 §5.3: sets are padded to 4 octets, which can look like records of less than 4. The header's count tells them apart.
    private static ReadOnlySpan<byte> WithoutPadding(ExportFormat format, Template template, ReadOnlySpan<byte> body, SetTotals totals)
    {
        var length = template.MinimumLength;
        if (format != ExportFormat.NetFlow9 || template.HasVariableLength || length is 0 or > 3 || body.Length % 4 != 0)
            return body;
        var left = (long)totals.CountInHeader - totals.Records - totals.Templates;
        var least = Math.Max((body.Length - 3 + length - 1) / length, 1);
        var keptBytes = Math.Max(left, least) * length;
        return keptBytes < body.Length && IsZero(body[(int)keptBytes..]) ? body[..(int)keptBytes] : body;
    }

    private static DecodeError First(DecodeError first, DecodeError second) => first != DecodeError.None ? first : second;

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}

/// <summary>What one message carried, for its sequence number and its header's count.</summary>
internal struct SetTotals
{
    internal uint Records;
    internal uint Templates;

    /// <summary>NetFlow v9: the records and templates that the header announces.</summary>
    internal ushort CountInHeader;

    /// <summary>Data sets of this message whose records could not be counted (yet).</summary>
    internal int UnreadSets;
}

/// <summary>The time by which waiting is measured: arrival, or the exporter's clock when arrival is unknown.</summary>
internal static class MessageClock
{
    internal static long Of(in SetContext context) =>
        context.ReceivedNanoseconds != 0 ? context.ReceivedNanoseconds : context.ExportTimeSeconds * 1_000_000_000L;
}
