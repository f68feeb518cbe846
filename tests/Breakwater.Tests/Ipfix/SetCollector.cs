using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

/// <summary>Writes down everything a decoder hands over, one line an event, in order.</summary>
internal readonly struct SetCollector() : ISetSink, INetFlow5Sink
{
    public List<string> Records { get; } = [];

    public List<string> Undecodable { get; } = [];

    public List<string> Templates { get; } = [];

    public List<SequenceEvent> Sequence { get; } = [];

    public List<Sampling> Samplings { get; } = [];

    /// <summary>Calls in which the decoder broke its own contract.</summary>
    public List<string> Faults { get; } = [];

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        var cursor = new RecordCursor(template, records);
        var count = 0;
        while (cursor.TryRead(out var record))
        {
            count++;
            Samplings.Add(context.SamplingFor(template, record));
            Records.Add($"{context.DomainId}/{context.SetId} {Describe(template, record)}");
        }

        if (count != context.RecordCount || count == 0 || !cursor.Rest.IsEmpty)
            Faults.Add($"set {context.SetId}: {context.RecordCount} announced, {count} cut, {cursor.Rest.Length} octets left");
    }

    public void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason) =>
        Undecodable.Add($"{context.DomainId}/{context.SetId} {lengthBytes} {reason}");

    public void OnTemplate(in SetContext context, Template template, TemplateChange change) =>
        Templates.Add($"{template.DomainId}/{template.Id} {change}{(template.IsOptions ? " options" : string.Empty)}");

    public void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => Sequence.Add(sequenceEvent);

    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        if (records.IsEmpty || records.Length % NetFlow5Record.LengthBytes != 0)
            Faults.Add($"{records.Length} octets of version 5 records");
        for (; !records.IsEmpty; records = records[NetFlow5Record.LengthBytes..])
        {
            Samplings.Add(header.Sampling);
            Records.Add(Convert.ToHexStringLower(records[..NetFlow5Record.LengthBytes]));
        }
    }

    public void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => Sequence.Add(sequenceEvent);

    private string Describe(Template template, ReadOnlySpan<byte> record)
    {
        var text = new StringBuilder();
        var cursor = new FieldCursor(template, record);
        var fields = 0;
        while (cursor.TryRead(out var field, out var value))
        {
            fields++;
            text.Append(text.Length == 0 ? string.Empty : " ");
            if (field.IsScope)
                text.Append("scope:");
            if (field.EnterpriseNumber != 0)
                text.Append(field.EnterpriseNumber).Append('/');
            text.Append(field.Id).Append('=').Append(Convert.ToHexStringLower(value));
        }

        if (fields != template.Fields.Length)
            Faults.Add($"template {template.Id}: {fields} of {template.Fields.Length} fields read");
        return text.ToString();
    }
}

/// <summary>Keeps the flows.</summary>
internal readonly struct FlowCollector() : IFlowSink
{
    public List<FlowRecord> Flows { get; } = [];

    public void OnFlow(in FlowRecord flow) => Flows.Add(flow);
}
