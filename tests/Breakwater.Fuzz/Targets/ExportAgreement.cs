using System.Runtime.InteropServices;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>Compares the sets that a decoder handed over with those of the slow reader.</summary>
internal sealed class ExportAgreement
{
    private readonly NaiveRecords _records = new();
    private readonly NaiveRecords _delivered = new();

    /// <summary>What the ids of the delivered sets meant before this message: sets that waited may be read with that.</summary>
    public static NaiveTemplate?[] MeaningsBefore(in ExportEvents events, NaiveExport oracle) =>
        events.Sets.Exists(static set => set.HasWaited) ? [.. events.Sets.Select(set => oracle.Find(set.Domain, set.SetId))] : [];

    /// <summary>Compares one message.</summary>
    /// <param name="message">As the slow reader sees it.</param>
    /// <param name="events">What the decoder handed over while it read the message.</param>
    /// <param name="before">For each delivered set, what its id meant before this message; empty when none waited.</param>
    public void Check(NaiveMessage message, in ExportEvents events, NaiveTemplate?[] before)
    {
        var last = -1;
        for (var i = 0; i < events.Sets.Count; i++)
        {
            var set = events.Sets[i];
            if (set.HasWaited)
            {
                var meanings = new List<NaiveTemplate?> { before[i] };
                if (set.Domain == message.Domain && message.Meanings.TryGetValue(set.SetId, out var told))
                    meanings.AddRange(told);
                var meaning = meanings.Find(one => one is not null && IsSame(one, set.Template));
                FuzzFault.Holds(meaning is not null, $"set {set.SetId} waited and was read with a template that nobody sent");
                CheckRecords(set, meaning!, set.Records, events.Flows);
                continue;
            }

            FuzzFault.Holds(set.Offset > last, $"set {set.SetId} at {set.Offset} came after that at {last}");
            last = set.Offset;
            var own = message.DataSetAt(set.Offset);
            FuzzFault.Holds(own is not null && own.SetId == set.SetId, $"there is no set {set.SetId} at {set.Offset}");
            FuzzFault.Holds(own!.Template is not null, $"set {set.SetId} was read without a template");
            FuzzFault.Holds(IsSame(own.Template!, set.Template), $"set {set.SetId} was read with another template than the latest");
            CheckRecords(set, own.Template!, own.Body, events.Flows);
        }
    }

    private static bool IsSame(NaiveTemplate oracle, Template template)
    {
        if (oracle.Fields.Length != template.Fields.Length || oracle.IsOptions != template.IsOptions)
            return false;
        for (var i = 0; i < oracle.Fields.Length; i++)
        {
            var (one, two) = (oracle.Fields[i], template.Fields[i]);
            if (one.Id != two.Id || one.Enterprise != two.EnterpriseNumber || one.Length != two.Length || one.IsScope != two.IsScope)
                return false;
        }

        return true;
    }

    private void CheckRecords(DeliveredSet set, NaiveTemplate template, ReadOnlyMemory<byte> body, List<FlowRecord> flows)
    {
        var expected = _records;
        expected.Cut(template, body);
        var delivered = expected;
        if (!set.Records.Span.SequenceEqual(body.Span))
            (delivered = _delivered).Cut(template, set.Records);
        FlowAgreement.Check(set, template, delivered, CollectionsMarshal.AsSpan(flows)[set.Flows]);
        if (set.RecordCount != expected.Count && !(set.RecordCount < expected.Count && IsPadding(set, expected.After(set.RecordCount))))
            FuzzFault.Same($"records of set {set.SetId}", set.RecordCount, expected.Count);
        var cursor = new RecordCursor(set.Template, set.Records.Span);
        for (var record = 0; record < set.RecordCount; record++)
        {
            if (!cursor.TryRead(out var octets))
                throw new FuzzFault(FaultKind.Disagreement, "fewer records than counted");
            var fields = new FieldCursor(set.Template, octets);
            for (var i = 0; i < template.Fields.Length; i++)
            {
                var value = expected.Value(record, i);
                if (!fields.TryRead(out var field, out var read) || field.Id != template.Fields[i].Id || !read.SequenceEqual(value))
                    throw new FuzzFault(FaultKind.Disagreement, $"element {field.Id}: {Convert.ToHexString(read)}, but {template.Fields[i].Id}: {Convert.ToHexString(value)}");
            }

            FuzzFault.Holds(!fields.TryRead(out _, out _), "a field more than the template has");
        }

        FuzzFault.Holds(!cursor.TryRead(out _), "a record more than counted");
    }

    // RFC 3954 §5.3: up to three octets of zero may pad a set, also where records are as short; the header's count tells.
    private static bool IsPadding(DeliveredSet set, ReadOnlySpan<byte> rest) =>
        set.Template.Format == ExportFormat.NetFlow9 && rest.Length < 4 && !rest.ContainsAnyExcept((byte)0);
}
