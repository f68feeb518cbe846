using Breakwater.Fuzz.Engine;
using Breakwater.Wire;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Short exports in which templates come first, last, twice, changed, withdrawn and never.</summary>
internal static class ExportSeeds
{
    private const int DatagramsPerInput = 8;

    private static readonly (ushort Id, ushort Length)[] _ipv4 = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (10, 2), (14, 2), (22, 4), (21, 4)];
    private static readonly (ushort Id, ushort Length)[] _ipv6 = [(27, 16), (28, 16), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (61, 1), (89, 1), (64, 4)];
    private static readonly (ushort Id, ushort Length)[] _reduced = [(8, 4), (12, 4), (1, 3), (2, 1), (10, 4), (14, 3), (4, 1), (34, 4), (40001, 5), (40002, 2)];
    private static readonly (ushort Id, ushort Length)[] _timed = [(8, 4), (12, 4), (152, 8), (153, 8), (154, 8), (155, 8), (1, 8), (85, 8), (176, 1), (177, 1), (4, 1)];
    private static readonly (ushort Id, ushort Length)[] _variable = [(27, 16), (28, 16), (82, 65535), (1, 8), (2, 4), (371, 65535), (4, 1)];

    private static readonly (ushort Id, ushort Length)[] _responder = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (10, 4), (14, 4), (231, 4), (232, 4), (298, 4), (299, 4), (152, 8), (153, 8)];
    private static readonly (ushort Id, ushort Length)[] _biflow =
        [(27, 16), (28, 16), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (0x8001, 4), (0x8002, 4), (0x8006, 1), (152, 8), (0x8098, 8)];

    private static readonly (ushort Id, ushort Length)[] _icmp = [(8, 4), (12, 4), (4, 1), (32, 2), (1, 4), (2, 4), (10, 4)];
    private static readonly (ushort Id, ushort Length)[] _icmpV6 = [(27, 16), (28, 16), (4, 1), (139, 2), (1, 8), (2, 8)];

    /// <summary>Real datagrams of one exporter, a few at a time.</summary>
    public static IEnumerable<byte[]> InGroups(List<byte[]> datagrams)
    {
        for (var i = 0; i < datagrams.Count; i += DatagramsPerInput)
        {
            var group = datagrams.Skip(i).Take(DatagramsPerInput).Select(one => one.Length > 1500 ? one[..1500] : one).ToArray();
            yield return DatagramSequence.Join(group);
        }
    }

    /// <summary>Sequences of NetFlow v9 packets.</summary>
    public static IEnumerable<byte[]> NetFlow9() => All(isIpfix: false);

    /// <summary>Sequences of IPFIX messages.</summary>
    public static IEnumerable<byte[]> Ipfix() => All(isIpfix: true);

    private static IEnumerable<byte[]> All(bool isIpfix)
    {
        (ushort Id, ushort Length)[][] layouts = isIpfix
            ? [_ipv4, _ipv6, _reduced, _timed, _variable, _responder, _biflow, _icmp, _icmpV6]
            : [_ipv4, _ipv6, _reduced, _timed, _responder, _icmp, _icmpV6];
        for (var i = 0; i < layouts.Length; i++)
        {
            var id = (ushort)(256 + i);
            var template = TemplateSet(isIpfix, id, layouts[i]);
            var other = TemplateSet(isIpfix, id, layouts[(i + 1) % layouts.Length]);
            var data = DataSet(id, layouts[i], 3 + i);
            var otherData = DataSet(id, layouts[(i + 1) % layouts.Length], 2);
            byte[] options = OptionsSet(isIpfix);
            byte[] optionsData = [0x01, 0x90, 0, 16, 0, 0, 0, 7, 0, 0, 0, 100, 0, 1, 0, 0];
            yield return DatagramSequence.Join(Message(isIpfix, 0, template), Message(isIpfix, 1, data), Message(isIpfix, 4, data));
            yield return DatagramSequence.Join(Message(isIpfix, 0, data), Message(isIpfix, 1, data), Message(isIpfix, 2, template));
            yield return DatagramSequence.Join(Message(isIpfix, 0, [.. data, .. template, .. data, .. other, .. otherData]));
            yield return DatagramSequence.Join(Message(isIpfix, 0, [.. options, .. optionsData]), Message(isIpfix, 1, [.. template, .. data]));
            yield return DatagramSequence.Join(Message(isIpfix, 0, template), Message(isIpfix, 1, [0, 2, 0, 8, (byte)(id >> 8), (byte)id, 0, 0]), Message(isIpfix, 1, data));
        }
    }

    private static byte[] Message(bool isIpfix, uint sequence, byte[] sets)
    {
        var writer = new WireWriter(new byte[2048]);
        writer.Write((ushort)(isIpfix ? 10 : 9));
        writer.Write((ushort)(isIpfix ? 16 + sets.Length : 1));
        if (!isIpfix)
            writer.Write(3_600_000u);
        writer.Write(1_700_000_000u + sequence);
        writer.Write(sequence);
        writer.Write(1u);
        writer.Write(sets);
        return writer.Written.ToArray();
    }

    private static byte[] TemplateSet(bool isIpfix, ushort id, (ushort Id, ushort Length)[] fields)
    {
        var writer = new WireWriter(new byte[512]);
        writer.Write((ushort)(isIpfix ? 2 : 0));
        writer.Write((ushort)0);
        writer.Write(id);
        writer.Write((ushort)fields.Length);
        foreach (var (element, length) in fields)
        {
            writer.Write(element);
            writer.Write(length);
            if (isIpfix && element >= 0x8000)
                writer.Write(29305u);
        }

        writer.Patch(2, (ushort)writer.Length);
        return writer.Written.ToArray();
    }

    // Scope: one interface, or the observation domain; options: sampling interval and a selector.
    private static byte[] OptionsSet(bool isIpfix) => isIpfix
        ? [0, 3, 0, 22, 0x01, 0x90, 0, 3, 0, 1, 0, 149, 0, 4, 0, 34, 0, 4, 1, 0x2E, 0, 4]
        : [0, 1, 0, 24, 0x01, 0x90, 0, 4, 0, 8, 0, 1, 0, 4, 0, 34, 0, 4, 0, 48, 0, 4, 0, 0];

    private static byte[] DataSet(ushort id, (ushort Id, ushort Length)[] fields, int records)
    {
        var writer = new WireWriter(new byte[1024]);
        writer.Write(id);
        writer.Write((ushort)0);
        var protocol = fields == _icmp ? 1 : fields == _icmpV6 ? 58 : 6;
        for (var record = 0; record < records; record++)
        {
            foreach (var (element, length) in fields)
            {
                if (length == 8 && (element & 0x7FFF) is >= 152 and <= 155)
                {
                    writer.Write(Time(element & 0x7FFF) + (ulong)record);
                    continue;
                }

                if (length == 65535)
                    writer.Write([(byte)(record + 3)]);
                for (var i = 0; i < (length == 65535 ? record + 3 : length); i++)
                    writer.Write((byte)(element == 4 ? protocol : (element * 7) + record + i));
            }
        }

        writer.WriteZeros((4 - (writer.Length % 4)) % 4);
        writer.Patch(2, (ushort)writer.Length);
        return writer.Written.ToArray();
    }

    // Times that are known: milliseconds since 1970 (IE 152, 153), or seconds since 1900 above their fraction (IE 154, 155).
    private static ulong Time(int element) => element < 154 ? 1_700_000_000_000 : 3_908_988_800UL << 32;
}
