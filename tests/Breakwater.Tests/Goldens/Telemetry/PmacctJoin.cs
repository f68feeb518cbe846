using System.Buffers.Binary;
using System.Net;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// What pmacct looks up in options data: names and route distinguishers of VRFs, names of interfaces. Our lines keep flows and options apart, so
/// the test joins them, in the order of the lines, to see that the options were read right. Joined elements are called <c>joined/…</c>.
/// </summary>
internal sealed class PmacctJoin
{
    private readonly Dictionary<string, (string Name, string? Distinguisher)> _vrfs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _interfaces = new(StringComparer.Ordinal);

    /// <summary>Takes an options record in; a later one for the same id stands from then on.</summary>
    public void Learn(DecodedRecord options)
    {
        if (Text(options, "VRFname") is { } vrf)
        {
            foreach (var id in Ids(options, "ingressVRFID", "egressVRFID"))
                _vrfs[id] = (vrf, Distinguisher(options));
        }

        if (Text(options, "interfaceName") is { } name)
        {
            foreach (var id in Ids(options, "ingressInterface", "egressInterface"))
                _interfaces[id] = name;
        }
    }

    /// <summary>The flow with what the tool adds from the options so far.</summary>
    public DecodedRecord Join(DecodedRecord flow)
    {
        var elements = flow.Elements.ToList();
        foreach (var (side, column) in new[] { ("ingress", "Ingress"), ("egress", "Egress") })
        {
            if (Ids(flow, side + "VRFID").FirstOrDefault() is { } id && _vrfs.TryGetValue(id, out var vrf))
                elements.Add(Element("joined/vrfName" + column, vrf.Name));
            if (Ids(flow, side + "Interface").FirstOrDefault() is { } index && _interfaces.TryGetValue(index, out var name))
                elements.Add(Element("joined/interfaceName" + column, name));
        }

        // Of the two sides the tool shows the one that is a VPN.
        var vrfs = Ids(flow, "ingressVRFID").Concat(Ids(flow, "egressVRFID")).Where(_vrfs.ContainsKey).Select(id => _vrfs[id]).ToList();
        if (vrfs.Count > 0)
        {
            var shown = vrfs.Find(v => v.Distinguisher is not (null or "0:0:0"));
            shown = shown.Name is null ? vrfs[0] : shown;
            elements.Add(Element("joined/vrfName", shown.Name));
            if (shown.Distinguisher is { } distinguisher)
                elements.Add(Element("joined/routeDistinguisher", distinguisher));
        }

        return flow with { Elements = elements };
    }

    /// <summary>Type, administrator and number of a route distinguisher (RFC 4364 §4.2).</summary>
    private static string? Distinguisher(DecodedRecord options)
    {
        if (options.Elements.FirstOrDefault(e => e.Name == "mplsVpnRouteDistinguisher") is not { } element
            || ValueForms.OurOctets(element.Value) is not { Length: 8 } octets)
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(octets);
        return type switch
        {
            0 => $"0:{BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(2))}:{BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(4))}",
            1 => $"1:{new IPAddress(octets.AsSpan(2, 4))}:{BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(6))}",
            _ => $"{type}:{BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(2))}:{BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(6))}",
        };
    }

    private static IEnumerable<string> Ids(DecodedRecord record, params string[] names) =>
        record.Elements.Where(e => names.Contains(e.Name)).Select(e => ValueForms.OurText(e.Value)).Where(id => id != "0");

    private static string? Text(DecodedRecord record, string name) =>
        record.Elements.FirstOrDefault(e => e.Name == name) is { } element ? ValueForms.OurText(element.Value) : null;

    private static DecodedElement Element(string name, string text) => new(name, JsonSerializer.SerializeToElement(text));
}
