using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Targets;

/// <summary>
/// Compares what a record says of its payload with the slow reader. The hash function is the product's own: what is checked is that
/// there is a hash where there is a text, that case counts where it should, and that another text has another hash.
/// </summary>
internal static class ApplicationAgreement
{
    public static void Check(in FlowRecord flow, byte[] frame, LinkType link, NaivePacket packet)
    {
        if (packet.Protocol is not (6 or 17) || packet.PayloadOffset is not { } offset)
        {
            FuzzFault.Holds(!flow.Knows(FlowFields.Application), "an application without a payload");
            FuzzFault.Same("application", flow.Application, ApplicationSign.None);
            return;
        }

        var payload = frame[offset..packet.PayloadEnd];
        var oracle = NaiveApplication.Read(payload, packet.StatedPayloadEnd - offset, packet.Protocol, packet.SourcePort ?? 0, packet.DestinationPort ?? 0);
        FuzzFault.Holds(flow.Knows(FlowFields.Application) || packet.StatedPayloadEnd > packet.PayloadEnd, "a whole payload that does not decide");
        if (!flow.Knows(FlowFields.Application))
            FuzzFault.Same("application of an undecided payload", flow.Application, ApplicationSign.None);
        if (oracle.Sign is not { } sign || !flow.Knows(FlowFields.Application))
            return;
        FuzzFault.Same("application", flow.Application, sign);
        FuzzFault.Same("has a resource", flow.ApplicationResource != 0, oracle.Resource.End > oracle.Resource.Start);
        FuzzFault.Same("has a variant", flow.ApplicationVariant != 0, oracle.Variant.End > oracle.Variant.Start);
        CheckCase(flow, frame, link, oracle, offset);
        CheckChanged("resource", static record => record.ApplicationResource, flow, frame, link, oracle, offset, oracle.Resource);
        CheckChanged("variant", static record => record.ApplicationVariant, flow, frame, link, oracle, offset, oracle.Variant);
    }

    private static void CheckCase(in FlowRecord flow, byte[] frame, LinkType link, NaiveApplication oracle, int offset)
    {
        if (!oracle.IgnoresCase || flow.ApplicationResource == 0)
            return;
        var other = frame.ToArray();

        // The type behind a DNS name is no letter's business.
        var (start, end) = oracle.Variant.End > 0 ? (oracle.Variant.Start, oracle.Variant.End - 2) : oracle.Resource;
        for (var at = offset + start; at < offset + end; at++)
            other[at] ^= char.IsAsciiLetter((char)other[at]) ? (byte)0x20 : (byte)0;
        var read = Read(other, link);
        FuzzFault.Same("resource in other case", read.ApplicationResource, flow.ApplicationResource);
        FuzzFault.Same("variant in other case", read.ApplicationVariant, flow.ApplicationVariant);
    }

    // One letter becomes another, the last one: what a text begins like decides what it is.
    private static void CheckChanged(
        string what, Func<FlowRecord, ulong> hash, in FlowRecord flow, byte[] frame, LinkType link, NaiveApplication oracle, int offset, (int Start, int End) text)
    {
        var end = oracle.IgnoresCase && what == "variant" ? text.End - 2 : text.End;
        for (var at = offset + end - 1; at >= offset + Math.Max(text.Start, oracle.Sign == ApplicationSign.HttpRequest ? 9 : 0); at--)
        {
            if (!char.IsAsciiLetter((char)frame[at]))
                continue;
            var other = frame.ToArray();
            other[at] = (byte)((other[at] | 0x20) == 'q' ? 'z' : 'q');
            FuzzFault.Holds(hash(Read(other, link)) != hash(flow), $"another {what} with the same hash");
            return;
        }
    }

    private static FlowRecord Read(byte[] frame, LinkType link)
    {
        var flow = default(FlowRecord);
        PacketFlow.Read(frame, frame.Length + 4, link, ref flow);
        return flow;
    }
}
