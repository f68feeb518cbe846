namespace Breakwater.Wire.Ipfix;

/// <summary>Templates and samplers outlive the process: without them data are undecodable until the exporter's next refresh.</summary>
public sealed partial class ExporterState
{
    private const uint Magic = 0x42574531; // "BWE1": the version is part of it

    private const int MaxPersistedBytes = 64 * 1024 * 1024;

    /// <summary>Sampling rates that <see cref="TryImport"/> brought, options records have not told since, and records were given from a time on.</summary>
    public int StaleSamplersUsedSince(long nanoseconds) => Samplers.StaleUsedSince(nanoseconds);

    /// <summary>Writes templates and samplers as versioned bytes for <see cref="TryImport"/>.</summary>
    public byte[] Export()
    {
        var size = 16;
        foreach (var template in Templates.All)
            size += 32 + (template.Fields.Length * 12);
        size += Samplers.Count * 32;
        var buffer = new byte[size];
        var writer = new WireWriter(buffer);
        writer.Write(Magic);
        writer.Write((uint)Templates.Count);
        foreach (var template in Templates.All)
            Write(ref writer, template);
        writer.Write((uint)Samplers.Count);
        foreach (var (key, rate) in Samplers.All)
        {
            writer.Write((byte)key.Format);
            writer.Write((byte)key.Scope);
            writer.Write(key.DomainId);
            writer.Write(key.Value);
            writer.Write(rate);
        }

        return writer.Written.ToArray();
    }

    /// <summary>
    /// Reads what <see cref="Export"/> wrote. Templates and samplers are stale until the exporter repeats them; those that it has already
    /// announced to this state are kept as they are. Bounded by the limits; safe for any bytes.
    /// </summary>
    /// <returns>The first fault; what was read before it is kept.</returns>
    public DecodeError TryImport(ReadOnlySpan<byte> exported)
    {
        if (exported.Length > MaxPersistedBytes)
            return DecodeError.LimitReached;
        var reader = new WireReader(exported);
        if (!reader.TryRead(out uint magic))
            return DecodeError.Truncated;
        if (magic != Magic)
            return DecodeError.BadVersion;
        if (!reader.TryRead(out uint templates))
            return DecodeError.Truncated;
        for (; templates > 0; templates--)
        {
            var error = ImportTemplate(ref reader);
            if (error != DecodeError.None)
                return error;
        }

        if (!reader.TryRead(out uint samplers))
            return DecodeError.Truncated;
        for (; samplers > 0; samplers--)
        {
            var error = ImportSampler(ref reader);
            if (error != DecodeError.None)
                return error;
        }

        return reader.Remaining == 0 ? DecodeError.None : DecodeError.BadLength;
    }

    private static void Write(ref WireWriter writer, Template template)
    {
        writer.Write((byte)template.Format);
        writer.Write(template.IsOptions ? (byte)1 : (byte)0);
        writer.Write(template.Id);
        writer.Write(template.DomainId);
        writer.Write((ulong)template.ReceivedNanoseconds);
        writer.Write((ulong)template.SeenNanoseconds);
        writer.Write((ushort)template.ScopeCount);
        writer.Write((ushort)template.Fields.Length);
        foreach (var field in template.Fields)
        {
            writer.Write(field.Id);
            writer.Write(field.Length);
            writer.Write(field.EnterpriseNumber);
        }
    }

    private static bool IsTemplateFormat(byte format) => (ExportFormat)format is ExportFormat.NetFlow9 or ExportFormat.Ipfix;

    private DecodeError ImportTemplate(ref WireReader reader)
    {
        if (!reader.TryRead(out byte format) || !reader.TryRead(out byte isOptions) || !reader.TryRead(out ushort id)
            || !reader.TryRead(out uint domainId) || !reader.TryRead(out ulong received) || !reader.TryRead(out ulong seen)
            || !reader.TryRead(out ushort scopeCount) || !reader.TryRead(out ushort fieldCount))
        {
            return DecodeError.Truncated;
        }

        if (!IsTemplateFormat(format) || isOptions > 1 || id < 256 || fieldCount == 0 || scopeCount > fieldCount)
            return DecodeError.BadValue;
        if (fieldCount > MaxFieldsPerTemplate)
            return DecodeError.LimitReached;
        for (var i = 0; i < fieldCount; i++)
        {
            if (!reader.TryRead(out ushort element) || !reader.TryRead(out ushort length) || !reader.TryRead(out uint enterprise))
                return DecodeError.Truncated;
            ParsedFields[i] = new FieldSpecifier(element, enterprise, length, i < scopeCount);
        }

        var key = TemplateTable.Key((ExportFormat)format, domainId, id);
        if (Templates.Find(key) is not null)
            return DecodeError.None;
        var fields = ParsedFields.AsSpan(0, fieldCount).ToArray();
        Templates.Put(key, new Template((ExportFormat)format, domainId, id, fields, isOptions == 1, (long)received)
        {
            SeenNanoseconds = (long)seen,
            IsStale = true,
        });
        return DecodeError.None;
    }

    private DecodeError ImportSampler(ref WireReader reader)
    {
        if (!reader.TryRead(out byte format) || !reader.TryRead(out byte scope) || !reader.TryRead(out uint domainId)
            || !reader.TryRead(out ulong value) || !reader.TryRead(out uint rate))
        {
            return DecodeError.Truncated;
        }

        var isScope = (SamplerScopes)scope is SamplerScopes.Domain or SamplerScopes.Selector or SamplerScopes.Interface
            or SamplerScopes.LineCard or SamplerScopes.Template;
        if (!IsTemplateFormat(format) || !isScope || rate == 0)
            return DecodeError.BadValue;
        var key = new SamplerKey((ExportFormat)format, domainId, (SamplerScopes)scope, value);
        if (!Samplers.Knows(key))
            Samplers.PutStale(key, rate);
        return DecodeError.None;
    }
}
