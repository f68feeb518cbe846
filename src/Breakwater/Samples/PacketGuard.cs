using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>
/// The last look at every frame before it is written: whatever made it, it holds documentation addresses, local MAC addresses and
/// a hop limit of 1, in every layer, or it is refused. It trusts nothing that built the frame.
/// </summary>
internal static class PacketGuard
{
    /// <summary>Throws when the frame may not be written.</summary>
    /// <exception cref="UnsafePacketException">A bug in a traffic source; the message says what was found.</exception>
    public static void Check(ReadOnlySpan<byte> frame)
    {
        if (Refusal(frame) is { } refusal)
            throw new UnsafePacketException($"refused to write a packet: {refusal}");
    }

    /// <summary>Why an Ethernet frame may not be written; null when it may.</summary>
    public static string? Refusal(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 14 || !DocumentationSpace.IsLocalMac(frame[..6]) || !DocumentationSpace.IsLocalMac(frame.Slice(6, 6)))
            return "its MAC addresses are not locally administered";
        var layers = new Layers();
        PacketDissector.Dissect(frame, LinkType.Ethernet, ref layers);
        return layers.Count == 0 ? "it holds no IP header" : layers.Refusal;
    }

    private struct Layers : IPacketSink
    {
        public int Count;
        public string? Refusal;

        public readonly void OnLink(in LinkLayer link)
        {
        }

        public bool OnIp(in IpLayer layer)
        {
            Count++;
            if (!DocumentationSpace.Contains(layer.Source))
                Refusal ??= $"its source {layer.Source} is no documentation address";
            if (!DocumentationSpace.Contains(layer.Destination))
                Refusal ??= $"its destination {layer.Destination} is no documentation address";
            if (layer.TimeToLive != DocumentationSpace.TimeToLive)
                Refusal ??= $"its hop limit is {layer.TimeToLive}";
            return true;
        }
    }
}

/// <summary>A packet that must not exist was about to be written: a bug, and the end of the run.</summary>
internal sealed class UnsafePacketException(string message) : Exception(message);
