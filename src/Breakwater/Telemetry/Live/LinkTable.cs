using System.Runtime.CompilerServices;
using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Live;

/// <summary>The interfaces of one exporter, as its records, counters and options name them. Bounded; guarded by the exporter's gate.</summary>
internal sealed class LinkTable
{
    /// <summary>Most interfaces; a chassis full of line cards has fewer.</summary>
    public const int Maximum = 4_096;

    /// <summary>Longest name or description that is kept.</summary>
    public const int MaximumNameCharacters = 64;

    // IANA: ingressInterface, egressInterface, interfaceName, interfaceDescription. RFC 3954 §6.1: scope type 2 is an interface.
    private const ushort IngressInterface = 10, EgressInterface = 14, InterfaceName = 82, InterfaceDescription = 83, InterfaceScope = 2;
    private const byte Egress = 1;

    /// <summary>sFlow v5's "local": the exporter itself sent or took the packet, and no interface did.</summary>
    private const uint Local = 0x3FFF_FFFF;

    private const int NameHeadBytes = sizeof(uint) + 1;

    /// <summary>Places for interfaces at hand, by the last bits of their index: a look into the dictionary for each record is a sixth of receiving it.</summary>
    private const int AtHand = 1_024;

    private readonly Dictionary<uint, Link> _links = [];
    private readonly Link?[] _atHand = new Link?[AtHand];
    private PacketComparison _packets;

    /// <summary>Those that were named so far, in no order.</summary>
    public IReadOnlyCollection<Link> All => _links.Values;

    /// <summary>Interfaces beyond <see cref="Maximum"/> that were named: they are not followed.</summary>
    public long Beyond { get; private set; }

    /// <summary>A name became known, or another one.</summary>
    public bool HasNewName { get; private set; }

    /// <summary>The names that are known; takes the mark of new ones away.</summary>
    public IEnumerable<(uint Index, string Name)> TakeNames()
    {
        HasNewName = false;
        return [.. _links.Values.Where(static link => link.Name is not null).Select(static link => (link.Index, link.Name!))];
    }

    /// <summary>True when an ifIndex of a record stands for an interface.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInterface(uint index) => index is not (0 or Local);

    /// <summary>The names that are known, as bytes for <see cref="ImportNames"/>.</summary>
    public byte[] ExportNames()
    {
        var names = _links.Values.Where(static link => link.Name is not null).OrderBy(static link => link.Index)
            .Select(static link => (link.Index, Octets: Encoding.UTF8.GetBytes(link.Name!))).ToList();
        var buffer = new byte[names.Sum(static name => NameHeadBytes + name.Octets.Length)];
        var writer = new WireWriter(buffer);
        foreach (var (index, octets) in names)
        {
            writer.Write(index);
            writer.Write((byte)octets.Length);
            writer.Write(octets);
        }

        return buffer;
    }

    /// <summary>Takes names of before; those that were told since stay.</summary>
    public void ImportNames(ReadOnlySpan<byte> names)
    {
        var reader = new WireReader(names);
        while (reader.TryRead(out uint index) && reader.TryRead(out byte length) && reader.TryReadBytes(length, out var octets))
        {
            if (IsInterface(index) && (!_links.TryGetValue(index, out var link) || link.Name is null))
                Name(index, octets);
        }
    }

    /// <summary>Packets as sampled and as counted since the last call.</summary>
    public PacketComparison TakePackets()
    {
        var taken = _packets;
        _packets = default;
        return taken;
    }

    /// <summary>Telemetry was lost: what was sampled and counted up to now, and up to the next counters, is not compared.</summary>
    public void NoteGap()
    {
        _packets = default;
        foreach (var link in _links.Values)
            link.NoteGap();
    }

    /// <summary>Goes on with the names and counters of an earlier entry.</summary>
    public void TakeOver(LinkTable earlier)
    {
        foreach (var (index, link) in earlier._links)
            _links[index] = link;
        Array.Clear(_atHand);
        HasNewName = true;
    }

    /// <summary>Notes a record's octets at the interfaces that it names; where it was metered on one side, at that one.</summary>
    public void Saw(in FlowRecord flow)
    {
        var (bytes, unknown) = (flow.Bytes * flow.SamplingRate, flow.SamplingRate == 0 ? 1UL : 0);
        var isDirected = flow.Knows(FlowFields.Direction);
        if (flow.Knows(FlowFields.InputInterface) && (!isDirected || flow.Direction != Egress) && OfRecord(flow.InputInterface) is { } input)
            (input.InBytes, input.OfUnknownRate) = (input.InBytes + bytes, input.OfUnknownRate + unknown);
        if (flow.Knows(FlowFields.OutputInterface) && (!isDirected || flow.Direction == Egress) && OfRecord(flow.OutputInterface) is { } output)
            (output.OutBytes, output.OfUnknownRate) = (output.OutBytes + bytes, output.OfUnknownRate + unknown);
    }

    /// <summary>Notes one sFlow sample at the interface where it was taken (sFlowDataSource of type ifIndex).</summary>
    public void Saw(in SflowFlowSample sample)
    {
        if (sample.Source.Type != 0 || sample.Source.Index == 0 || Of(sample.Source.Index) is not { } link)
            return;
        if (sample.Input.IsKnownIndex && sample.Input.Value == sample.Source.Index)
            link.SampledIn += sample.SamplingRate;
        else if (sample.Output.IsKnownIndex && sample.Output.Value == sample.Source.Index)
            link.SampledOut += sample.SamplingRate;
    }

    /// <summary>Takes name, speed and counters from a counter sample.</summary>
    public void Saw(in SflowCounterSample sample, long receivedNanoseconds)
    {
        foreach (var record in sample.Records)
        {
            if (record.Tag.Value == LinkCounters.Tag && LinkCounters.TryRead(record.Body, out var counters) && Of(counters.IfIndex) is { } link)
                link.Count(in counters, receivedNanoseconds, ref _packets);
            else if (sample.Source.Type == 0 && LinkCounters.TryReadName(record, out var name))
                Name(sample.Source.Index, name);
        }
    }

    /// <summary>Takes names and descriptions from options (RFC 3954 §6.1, RFC 7011 §3.4.2.2: ifName and ifDescr of an interface).</summary>
    public void Learn(Template template, ReadOnlySpan<byte> records)
    {
        if (!template.IsOptions || !NamesInterfaces(template))
            return;
        var cursor = new RecordCursor(template, records);
        while (cursor.TryRead(out var record))
            LearnRecord(template, record);
    }

    private static bool NamesInterfaces(Template template)
    {
        foreach (var field in template.Fields)
        {
            if (field is { EnterpriseNumber: 0, Id: InterfaceName or InterfaceDescription } && !(field.IsScope && template.Format == ExportFormat.NetFlow9))
                return true;
        }

        return false;
    }

    private void LearnRecord(Template template, ReadOnlySpan<byte> record)
    {
        var fields = new FieldCursor(template, record);
        uint index = 0;
        ReadOnlySpan<byte> name = default, description = default;
        while (fields.TryRead(out var field, out var value))
        {
            var isType = field.IsScope && template.Format == ExportFormat.NetFlow9;
            if (field.EnterpriseNumber != 0)
                continue;
            if (isType ? field.Id == InterfaceScope : field.Id is IngressInterface or EgressInterface)
                index = Number(value);
            else if (!isType && field.Id == InterfaceName)
                name = value;
            else if (!isType && field.Id == InterfaceDescription)
                description = value;
        }

        if (index == 0)
            return;
        Name(index, name);
        if (Text(description) is { Length: > 0 } text && Of(index) is { } link)
            link.Description = text;
    }

    /// <summary>An ifIndex in any number of octets (reduced-size encoding, RFC 7011 §6.2); 0: none.</summary>
    private static uint Number(ReadOnlySpan<byte> octets)
    {
        ulong number = 0;
        foreach (var octet in octets[..Math.Min(octets.Length, sizeof(ulong))])
            number = (number << 8) | octet;
        return octets.Length <= sizeof(ulong) && number <= uint.MaxValue ? (uint)number : 0;
    }

    private void Name(uint index, ReadOnlySpan<byte> name)
    {
        if (Text(name) is not { Length: > 0 } text || Of(index) is not { } link || link.Name == text)
            return;
        link.Name = text;
        HasNewName = true;
    }

    /// <summary>Octets up to the first zero as text that can be shown: what is no UTF-8, or a control character, is a replacement character.</summary>
    private static string Text(ReadOnlySpan<byte> octets)
    {
        var end = octets.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? octets : octets[..end]).Trim();
        text = text.Length <= MaximumNameCharacters ? text : text[..MaximumNameCharacters];
        return string.Create(text.Length, text, static (shown, text) =>
        {
            for (var at = 0; at < text.Length; at++)
                shown[at] = char.IsControl(text[at]) || char.IsSurrogate(text[at]) ? '\uFFFD' : text[at];
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Link? OfRecord(uint index) => IsInterface(index) ? Of(index) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Link? Of(uint index) => _atHand[index % AtHand] is { } atHand && atHand.Index == index ? atHand : Fetch(index);

    private Link? Fetch(uint index)
    {
        if (FindOrAdd(index) is { } link)
            return _atHand[index % AtHand] = link;
        return null;
    }

    private Link? FindOrAdd(uint index)
    {
        if (_links.TryGetValue(index, out var link))
            return link;
        if (_links.Count >= Maximum)
        {
            Beyond++;
            return null;
        }

        link = new Link(index);
        _links.Add(index, link);
        return link;
    }
}
