namespace Breakwater.Wire.Ipfix;

/// <summary>The elements that tell a sampling rate or name what it is valid for.</summary>
[Flags]
internal enum SamplingField : ushort
{
    None = 0,
    Selector = 1 << 0,
    Interval = 1 << 1,
    PacketInterval = 1 << 2,
    PacketSpace = 1 << 3,
    Size = 1 << 4,
    Population = 1 << 5,
    InputInterface = 1 << 6,
    OutputInterface = 1 << 7,
    LineCard = 1 << 8,
    Template = 1 << 9,
    Domain = 1 << 10,
    Probability = 1 << 11,
    Direction = 1 << 12,
}

/// <summary>The sampling elements of one record, of an options record or a data record (RFC 3954 §8, RFC 5477 §8.2).</summary>
internal struct SamplingFields
{
    /// <summary>The elements behind <see cref="Rate"/>.</summary>
    internal const SamplingField OfRate = SamplingField.Interval | SamplingField.PacketInterval | SamplingField.PacketSpace
        | SamplingField.Size | SamplingField.Population | SamplingField.Probability;

    private SamplingField _has;
    private ulong _interval;
    private ulong _packetInterval;
    private ulong _packetSpace;
    private ulong _size;
    private ulong _population;
    private double _probability;
    private ulong _inputInterface;
    private ulong _outputInterface;
    private bool _isEgress;

    internal ulong Selector { get; private set; }

    internal ulong LineCard { get; private set; }

    internal ulong TemplateId { get; private set; }

    internal ulong DomainId { get; private set; }

    /// <summary>The interface at which the packets were observed: the outgoing one of egress flows (IE 61), else the incoming one.</summary>
    internal readonly ulong SampledInterface =>
        Has(SamplingField.OutputInterface) && (_isEgress || !Has(SamplingField.InputInterface)) ? _outputInterface : _inputInterface;

    /// <summary>True when the record carries that interface: with a direction (IE 61) the one of that direction, else any.</summary>
    internal readonly bool NamesSampledInterface => Has(SamplingField.Direction)
        ? Has(_isEgress ? SamplingField.OutputInterface : SamplingField.InputInterface)
        : (_has & (SamplingField.InputInterface | SamplingField.OutputInterface)) != 0;

    /// <summary>True when no direction says which of two interfaces observed the packets.</summary>
    internal readonly bool MayMeanOtherInterface =>
        Has(SamplingField.InputInterface | SamplingField.OutputInterface) && !Has(SamplingField.Direction);

    internal readonly ulong OtherInterface => SampledInterface == _inputInterface ? _outputInterface : _inputInterface;

    /// <summary>Packets per sampled packet, rounded; 0 when the elements do not tell.</summary>
    internal readonly uint Rate
    {
        get
        {
            if (Has(SamplingField.PacketInterval | SamplingField.PacketSpace) && _packetInterval > 0)
                return Ratio((UInt128)_packetInterval + _packetSpace, _packetInterval);
            if (Has(SamplingField.Size | SamplingField.Population) && _size > 0)
                return Ratio(_population, _size);
            if (Has(SamplingField.Probability) && _probability is > 0 and <= 1)
                return (uint)Math.Min(Math.Round(1 / _probability), uint.MaxValue);
            return (uint)Math.Min(_interval, uint.MaxValue);
        }
    }

    internal readonly bool Has(SamplingField field) => (_has & field) == field;

    /// <summary>Reads the elements of a record.</summary>
    internal static SamplingFields Read(Template template, ReadOnlySpan<byte> record)
    {
        var result = default(SamplingFields);
        var cursor = new FieldCursor(template, record);
        while (cursor.TryRead(out var field, out var value))
        {
            var kind = Classify(field, template.Format);
            if (kind != SamplingField.None && value.Length is >= 1 and <= 8)
                result.Set(kind, UnsignedInteger.Read(value), value.Length);
        }

        return result;
    }

    /// <summary>The octets from the first to the last element of <see cref="OfRate"/>, in records of fixed length.</summary>
    internal static (int Offset, int Length) RateOctets(ReadOnlySpan<FieldSpecifier> fields, ExportFormat format)
    {
        var (start, end, at) = (0, 0, 0);
        foreach (ref readonly var field in fields)
        {
            var next = at + field.Length;
            if ((Classify(field, format) & OfRate) != 0)
                (start, end) = (end == 0 ? at : start, next);
            at = next;
        }

        return (start, end - start);
    }

    /// <summary>Which sampling element a field is.</summary>
    internal static SamplingField Classify(in FieldSpecifier field, ExportFormat format)
    {
        if (field.EnterpriseNumber != 0)
            return SamplingField.None;
        if (field.IsScope && format == ExportFormat.NetFlow9)
        {
            // RFC 3954 §6.1 scope types. Several exporters put an element id there instead: those ids are read as such.
            switch (field.Id)
            {
                case 2: return SamplingField.InputInterface;
                case 3: return SamplingField.LineCard;
                case 5: return SamplingField.Template;
                case 1 or 4: return SamplingField.None;
            }
        }

        return field.Id switch
        {
            48 or 302 => SamplingField.Selector,
            34 or 50 => SamplingField.Interval,
            305 => SamplingField.PacketInterval,
            306 => SamplingField.PacketSpace,
            309 => SamplingField.Size,
            310 => SamplingField.Population,
            311 => SamplingField.Probability,
            10 => SamplingField.InputInterface,
            14 => SamplingField.OutputInterface,
            61 => SamplingField.Direction,
            141 => SamplingField.LineCard,
            145 when field.IsScope => SamplingField.Template,
            149 => SamplingField.Domain,
            _ => SamplingField.None,
        };
    }

    private void Set(SamplingField kind, ulong value, int lengthBytes)
    {
        _has |= kind;
        switch (kind)
        {
            case SamplingField.Selector: Selector = value; break;
            case SamplingField.Interval when value > 0: _interval = value; break;
            case SamplingField.PacketInterval: _packetInterval = value; break;
            case SamplingField.PacketSpace: _packetSpace = value; break;
            case SamplingField.Size: _size = value; break;
            case SamplingField.Population: _population = value; break;
            case SamplingField.InputInterface: _inputInterface = value; break;
            case SamplingField.OutputInterface: _outputInterface = value; break;
            case SamplingField.LineCard: LineCard = value; break;
            case SamplingField.Template: TemplateId = value; break;
            case SamplingField.Domain: DomainId = value; break;
            case SamplingField.Direction: _isEgress = value == 1; break;
            case SamplingField.Probability:
                _probability = lengthBytes switch
                {
                    4 => BitConverter.UInt32BitsToSingle((uint)value),
                    8 => BitConverter.UInt64BitsToDouble(value),
                    _ => 0,
                };
                break;
        }
    }

    private static uint Ratio(UInt128 population, ulong sampled)
    {
        var rate = (population + (sampled / 2)) / sampled;
        return rate > uint.MaxValue ? uint.MaxValue : (uint)rate;
    }
}
