using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// Addresses that send without being configured, with their datagrams: an operator forgot one, or someone tries to be believed. Bounded, with
/// the Space-Saving rule: when full, the least counted gives its place and its count to the new one, so that the busiest are always there.
/// One per receiving thread.
/// </summary>
internal sealed class UnknownSenders
{
    /// <summary>Most addresses.</summary>
    public const int Maximum = 256;

    private readonly Dictionary<Address, int> _places = new(Maximum);
    private readonly (Address Address, long Datagrams, long LastReceived)[] _senders = new (Address, long, long)[Maximum];

    /// <summary>Datagrams of all of them.</summary>
    public long Datagrams { get; private set; }

    public void Count(Address source, long receivedNanoseconds)
    {
        Datagrams++;
        if (!_places.TryGetValue(source, out var place))
        {
            place = _places.Count;
            if (place == Maximum)
                place = LeastCounted();
            _places.Add(source, place);
            _senders[place].Address = source;
        }

        ref var sender = ref _senders[place];
        sender.Datagrams++;
        sender.LastReceived = receivedNanoseconds;
    }

    /// <summary>Adds the counts to those of other threads.</summary>
    public void AddTo(Dictionary<Address, (long Datagrams, long LastReceived)> all)
    {
        foreach (var (address, datagrams, last) in _senders.AsSpan(0, _places.Count))
        {
            var sum = all.GetValueOrDefault(address);
            all[address] = (sum.Datagrams + datagrams, Math.Max(sum.LastReceived, last));
        }
    }

    private int LeastCounted()
    {
        var least = 0;
        for (var place = 1; place < Maximum; place++)
        {
            if (_senders[place].Datagrams < _senders[least].Datagrams)
                least = place;
        }

        _places.Remove(_senders[least].Address);
        return least;
    }
}
