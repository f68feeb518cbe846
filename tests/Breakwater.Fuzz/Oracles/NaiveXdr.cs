namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// Some sFlow structures read by hand from their declarations (sflow_version_5.txt, sflow_host.txt): all values in order as text. Null when
/// the structure is not one of them, or its octets end too early.
/// </summary>
internal sealed class NaiveXdr
{
    private readonly byte[] _body;
    private readonly List<string> _values = [];
    private int _at;
    private bool _ended;

    private NaiveXdr(byte[] body) => _body = body;

    /// <summary>True when this reader knows the structure.</summary>
    public static bool Knows(bool isCounter, uint tag) => isCounter ? tag is 1 or 5 or 2001 : tag is 1001 or 1003 or 1004 or 1012;

    public static List<string>? Read(bool isCounter, uint tag, byte[] body)
    {
        var reader = new NaiveXdr(body);
        if (isCounter)
            reader.Counter(tag);
        else
            reader.Flow(tag);
        return reader._ended ? null : reader._values;
    }

    private void Counter(uint tag)
    {
        switch (tag)
        {
            case 1:
                // if_counters: unsigned hypers at places 3, 6 and 13.
                for (var field = 1; field <= 19; field++)
                    Integer(field is 3 or 6 or 13 ? 8 : 4);
                break;
            case 5:
                // vlan_counters
                Integer(4);
                Integer(8);
                for (var field = 0; field < 4; field++)
                    Integer(4);
                break;
            default:
                // host_adapters: ifIndex, then MAC addresses in 8 octets each.
                Many(smallest: 8, () =>
                {
                    Integer(4);
                    Many(smallest: 8, () => Mac());
                });
                break;
        }
    }

    private void Flow(uint tag)
    {
        switch (tag)
        {
            case 1001:
                for (var field = 0; field < 4; field++)
                    Integer(4);
                break;
            case 1003:
                Address();
                for (var field = 0; field < 3; field++)
                    Integer(4);
                Many(smallest: 8, () =>
                {
                    Integer(4);
                    Many(smallest: 4, () => Integer(4));
                });
                Many(smallest: 4, () => Integer(4));
                Integer(4);
                break;
            case 1004:
                Integer(4);
                Text();
                Integer(4);
                Text();
                break;
            default:
                Many(smallest: 4, () => Integer(4));
                break;
        }
    }

    private ulong Take(int octets)
    {
        if (_ended || _at + octets > _body.Length)
        {
            _ended = true;
            return 0;
        }

        ulong value = 0;
        for (var i = 0; i < octets; i++)
            value = (value * 256) + _body[_at++];
        return value;
    }

    private void Integer(int octets) => _values.Add($"{Take(octets)}");

    private void Mac()
    {
        if (_at + 8 > _body.Length)
            _ended = true;
        else
            _values.Add(Convert.ToHexString(_body, _at, 6));
        _at += 8;
    }

    private void Many(int smallest, Action element)
    {
        var count = Take(4);
        if (_ended || count > (ulong)((_body.Length - _at) / smallest))
            _ended = true;
        for (ulong i = 0; i < count && !_ended; i++)
            element();
    }

    private void Text()
    {
        var length = (int)Math.Min(Take(4), int.MaxValue);
        if (_ended || length > _body.Length - _at)
        {
            _ended = true;
            return;
        }

        _values.Add(Convert.ToHexString(_body, _at, length));
        _at = Math.Min(_body.Length, _at + ((length + 3) / 4 * 4));
    }

    private void Address()
    {
        var octets = Take(4) switch { 0 => 0, 1 => 4, 2 => 16, _ => int.MaxValue };
        if (_ended || octets > _body.Length - _at)
        {
            _ended = true;
            return;
        }

        _values.Add(octets == 0 ? "-" : new System.Net.IPAddress(_body.AsSpan(_at, octets)).ToString());
        _at += octets;
    }
}
