namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// Reads an UPDATE with RFC 4271 §4.3 and RFC 4760 at hand: positions and nothing else. Only of sound messages: the first oddity ends it, with null.
/// </summary>
internal static class NaiveBgp
{
    /// <summary>Prefixes and rules, in the order in which they stand; null when anything is odd.</summary>
    public static List<string>? Routes(byte[] body)
    {
        var routes = new List<string>();
        if (body.Length < 4)
            return null;
        var withdrawn = Two(body, 0);
        if (withdrawn + 4 > body.Length)
            return null;
        var attributes = Two(body, 2 + withdrawn);
        var end = 4 + withdrawn + attributes;
        if (end > body.Length || !Prefixes(body, 2, 2 + withdrawn, 4, "gone", routes))
            return null;
        for (var at = 4 + withdrawn; at < end;)
        {
            var isLong = at < end && (body[at] & 0x10) != 0;
            if (at + (isLong ? 4 : 3) > end)
                return null;
            var length = isLong ? Two(body, at + 2) : body[at + 2];
            var value = at + (isLong ? 4 : 3);
            if (value + length > end || !Attribute(body, body[at + 1], value, value + length, routes))
                return null;
            at = value + length;
        }

        return Prefixes(body, end, body.Length, 4, "route", routes) ? routes : null;
    }

    /// <summary>Components of a rule as "type: octets"; null when anything is odd.</summary>
    public static List<string>? Components(byte[] rule, bool isIPv4)
    {
        var components = new List<string>();
        for (var at = 0; at < rule.Length;)
        {
            var type = rule[at];
            var start = ++at;
            if (type is 0 or > 13 || (type == 13 && isIPv4))
                return null;
            if (type <= 2)
            {
                var offset = isIPv4 ? 0 : start + 1 < rule.Length ? rule[start + 1] : 255;
                if (start >= rule.Length || rule[start] > (isIPv4 ? 32 : 128) || offset > rule[start] || (offset == rule[start] && offset != 0))
                    return null;
                at = start + (isIPv4 ? 1 : 2) + ((rule[start] - offset + 7) / 8);
            }
            else
            {
                bool isLast;
                do
                {
                    if (at >= rule.Length)
                        return null;
                    isLast = (rule[at] & 0x80) != 0;
                    at += 1 + (1 << ((rule[at] >> 4) & 3));
                }
                while (!isLast);
            }

            if (at > rule.Length || (components.Count > 0 && type <= int.Parse(components[^1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture)))
                return null;
            components.Add($"{type}:{Convert.ToHexStringLower(rule[start..at])}");
        }

        return components.Count == 0 ? null : components;
    }

    private static bool Attribute(byte[] body, int type, int at, int end, List<string> routes)
    {
        if (type is not (14 or 15))
            return true;
        if (at + 3 > end)
            return false;
        var (afi, safi) = (Two(body, at), (int)body[at + 2]);
        var word = type == 14 ? "route" : "gone";
        var start = at + 3;
        if (type == 14)
        {
            if (start >= end || start + 2 + body[start] > end)
                return false;
            start += 2 + body[start];
        }

        return (afi, safi) switch
        {
            (1, 1) => Prefixes(body, start, end, 4, word, routes),
            (2, 1) => Prefixes(body, start, end, 16, word, routes),
            (1 or 2, 133) => Rules(body, start, end, $"{word} {afi}", routes),
            _ => true,
        };
    }

    private static bool Prefixes(byte[] body, int at, int end, int octets, string word, List<string> routes)
    {
        while (at < end)
        {
            var bits = body[at];
            var length = (bits + 7) / 8;
            if (bits > octets * 8 || at + 1 + length > end)
                return false;
            var address = new byte[octets];
            for (var bit = 0; bit < bits; bit++)
                address[bit / 8] |= (byte)(body[at + 1 + (bit / 8)] & (0x80 >> (bit % 8)));
            routes.Add($"{word} {Convert.ToHexStringLower(address)}/{bits}");
            at += 1 + length;
        }

        return true;
    }

    private static bool Rules(byte[] body, int at, int end, string word, List<string> routes)
    {
        while (at < end)
        {
            var length = (int)body[at];
            var start = at + 1;
            if (length >= 0xF0)
            {
                if (start >= end)
                    return false;
                length = ((length - 0xF0) * 256) + body[start++];
            }

            if (start + length > end)
                return false;
            routes.Add($"{word} {Convert.ToHexStringLower(body[start..(start + length)])}");
            at = start + length;
        }

        return true;
    }

    private static int Two(byte[] body, int at) => (body[at] * 256) + body[at + 1];
}
