using System.Text;
using Breakwater.Wire;

namespace Breakwater.Detection.Dossiers;

/// <summary>
/// What is usual for targets that have no dossier at present: it outlives the dossier, and by <see cref="Write"/> the process. Bounded: the one
/// that has been longest without a dossier goes first.
/// </summary>
internal sealed class Baselines(int most)
{
    private const uint Magic = 0x42574231; // "BWB1": the version is part of it
    private const int MostServiceBytes = ushort.MaxValue;

    /// <summary>Most targets that are written: some 32 MB.</summary>
    public const int MaximumWritten = 8_192;

    private readonly Dictionary<Target, LinkedListNode<(Target Target, Usual Usual)>> _byTarget = [];
    private readonly LinkedList<(Target Target, Usual Usual)> _oldestFirst = new();

    /// <summary>Targets kept.</summary>
    public int Count => _byTarget.Count;

    /// <summary>Hands over what is usual for a target, nothing yet when it is not known.</summary>
    public Usual Take(Target target)
    {
        if (!_byTarget.Remove(target, out var node))
            return new Usual();
        _oldestFirst.Remove(node);
        return node.Value.Usual;
    }

    /// <summary>Keeps what is usual for a target whose dossier is gone.</summary>
    public void Keep(Target target, Usual usual)
    {
        if (!usual.IsKnown)
            return;
        Take(target);
        usual.Pause();
        _byTarget.Add(target, _oldestFirst.AddLast((target, usual)));
        if (_byTarget.Count <= most)
            return;
        _byTarget.Remove(_oldestFirst.First!.Value.Target);
        _oldestFirst.RemoveFirst();
    }

    /// <summary>
    /// All that is usual as versioned bytes: of targets without a dossier, longest without one first, then of those with one. Beyond the bound the
    /// first are left out.
    /// </summary>
    public byte[] Write(IEnumerable<Dossier?> dossiers)
    {
        var all = _oldestFirst.Concat(dossiers.OfType<Dossier>().Select(static dossier => (dossier.Target, dossier.Usual)).OrderBy(static entry => entry.Target))
            .Where(static entry => entry.Usual.IsKnown).TakeLast(MaximumWritten).ToList();
        var buffer = new byte[8 + all.Sum(static entry => 24 + Usual.MostBytes + Encoding.UTF8.GetByteCount(entry.Target.Service ?? ""))];
        var writer = new WireWriter(buffer);
        writer.Write(Magic);
        writer.Write((uint)all.Count);
        foreach (var (target, usual) in all)
        {
            Write(ref writer, target);
            usual.Write(ref writer);
        }
        return writer.Written.ToArray();
    }

    /// <summary>Takes in what <see cref="Write"/> gave, up to the bound. Safe for any bytes.</summary>
    /// <returns>The first fault; what was read before it is kept.</returns>
    public DecodeError Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        if (!reader.TryRead(out uint magic) || !reader.TryRead(out uint count))
            return DecodeError.Truncated;
        if (magic != Magic)
            return DecodeError.BadVersion;
        for (; count > 0; count--)
        {
            var error = ReadTarget(ref reader, out var target);
            if (error != DecodeError.None)
                return error;
            error = Usual.TryRead(ref reader, out var usual);
            if (error != DecodeError.None)
                return error;
            Keep(target, usual);
        }
        return reader.Remaining == 0 ? DecodeError.None : DecodeError.BadLength;
    }

    private static void Write(ref WireWriter writer, Target target)
    {
        writer.Write((byte)target.Kind);
        writer.Write((byte)target.Direction);
        writer.Write(target.Prefix.Network.High);
        writer.Write(target.Prefix.Network.Low);
        writer.Write((byte)target.Prefix.Length);
        var service = Encoding.UTF8.GetBytes(target.Service ?? "");
        writer.Write((ushort)Math.Min(service.Length, MostServiceBytes));
        writer.Write(service.AsSpan(0, Math.Min(service.Length, MostServiceBytes)));
    }

    private static DecodeError ReadTarget(ref WireReader reader, out Target target)
    {
        target = default;
        if (!reader.TryRead(out byte kind) || !reader.TryRead(out byte direction) || !reader.TryRead(out ulong high) || !reader.TryRead(out ulong low)
            || !reader.TryRead(out byte length) || !reader.TryRead(out ushort serviceBytes) || !reader.TryReadBytes(serviceBytes, out var service))
        {
            return DecodeError.Truncated;
        }
        var network = Address.FromHalves(high, low);
        if (kind > (byte)TargetKind.Service || direction > (byte)Direction.Outbound || length > (network.IsIPv4 ? 32 : 128))
            return DecodeError.BadValue;
        target = new Target((TargetKind)kind, new Prefix(network, length), (Direction)direction, serviceBytes == 0 ? null : Encoding.UTF8.GetString(service));
        return DecodeError.None;
    }
}
