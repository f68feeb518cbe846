namespace Breakwater.Wire.Bgp;

/// <summary>What a speaker can do, as its OPEN says (RFC 5492).</summary>
public record struct BgpCapabilities
{
    private const byte Multiprotocol = 1;
    private const byte RouteRefreshCode = 2;
    private const byte GracefulRestartCode = 64;
    private const byte FourOctetAsCode = 65;
    private const byte LongLivedCode = 71;
    private const ushort RestartFlag = 0x8000;
    private const ushort RestartTimeMask = 0x0FFF;
    private const byte PreservedFlag = 0x80;

    /// <summary>Families of multiprotocol capabilities (RFC 4760 §8); those that are not read here are left out.</summary>
    public BgpFamilies Families { get; set; }

    /// <summary>True when at least one multiprotocol capability was there; without any, IPv4 unicast is meant.</summary>
    public bool NamesFamilies { get; set; }

    /// <summary>The AS number of RFC 6793 §3; null without the capability.</summary>
    public uint? FourOctetAs { get; set; }

    /// <summary>RFC 2918 §2.</summary>
    public bool RouteRefresh { get; set; }

    /// <summary>Restart time in seconds (RFC 4724 §3); null without the capability.</summary>
    public ushort? RestartSeconds { get; set; }

    /// <summary>The restart flag: this session follows a restart.</summary>
    public bool IsRestarting { get; set; }

    /// <summary>Families whose forwarding state was kept through the restart.</summary>
    public BgpFamilies Preserved { get; set; }

    /// <summary>Families that the graceful restart capability names.</summary>
    public BgpFamilies RestartFamilies { get; set; }

    /// <summary>Long-lived graceful restart (RFC 9494 §3) was offered: routes may outlive the restart time by far.</summary>
    public bool LongLivedRestart { get; set; }

    /// <summary>Capabilities that are not read here.</summary>
    public int Unknown { get; set; }

    /// <summary>Reads capability after capability: code 1, length 1, value (RFC 5492 §4).</summary>
    internal DecodeError ReadAll(ref WireReader reader)
    {
        while (reader.Remaining > 0)
        {
            if (!reader.TryRead(out byte code) || !reader.TryRead(out byte length) || !reader.TryCut(length, out var value))
                return DecodeError.Truncated;
            var error = ReadOne(code, ref value);
            if (error != DecodeError.None)
                return error;
        }

        return DecodeError.None;
    }

    /// <summary>Writes the capabilities as one optional parameter each, which every implementation reads.</summary>
    internal readonly void Write(ref WireWriter writer)
    {
        foreach (var family in BgpFamily.Each)
        {
            if ((Families & family) == 0)
                continue;
            Open(ref writer, Multiprotocol, 4);
            writer.Write(BgpFamily.Afi(family));
            writer.Write((byte)0);
            writer.Write(BgpFamily.Safi(family));
        }

        if (RouteRefresh)
            Open(ref writer, RouteRefreshCode, 0);
        if (RestartSeconds is { } seconds)
            WriteRestart(ref writer, seconds);
        if (FourOctetAs is { } number)
        {
            Open(ref writer, FourOctetAsCode, 4);
            writer.Write(number);
        }
    }

    private readonly void WriteRestart(ref WireWriter writer, ushort seconds)
    {
        var families = 0;
        foreach (var family in BgpFamily.Each)
            families += (RestartFamilies & family) != 0 ? 1 : 0;
        Open(ref writer, GracefulRestartCode, 2 + (4 * families));
        writer.Write((ushort)((seconds & RestartTimeMask) | (IsRestarting ? RestartFlag : 0)));
        foreach (var family in BgpFamily.Each)
        {
            if ((RestartFamilies & family) == 0)
                continue;
            writer.Write(BgpFamily.Afi(family));
            writer.Write(BgpFamily.Safi(family));
            writer.Write((Preserved & family) != 0 ? PreservedFlag : (byte)0);
        }
    }

    private static void Open(ref WireWriter writer, byte code, int lengthBytes)
    {
        writer.Write(BgpOpen.CapabilitiesParameter);
        writer.Write((byte)(lengthBytes + 2));
        writer.Write(code);
        writer.Write((byte)lengthBytes);
    }

    private DecodeError ReadOne(byte code, ref WireReader value)
    {
        switch (code)
        {
            case Multiprotocol:
                if (value.Remaining != 4 || !value.TryRead(out ushort afi) || !value.TryRead(out byte _) || !value.TryRead(out byte safi))
                    return DecodeError.BadLength;
                Families |= BgpFamily.From(afi, safi);
                NamesFamilies = true;
                return DecodeError.None;
            case RouteRefreshCode:
                RouteRefresh = true;
                return value.Remaining == 0 ? DecodeError.None : DecodeError.BadLength;
            case FourOctetAsCode:
                if (value.Remaining != 4 || !value.TryRead(out uint number))
                    return DecodeError.BadLength;
                FourOctetAs = number;
                return DecodeError.None;
            case GracefulRestartCode:
                return ReadRestart(ref value);
            case LongLivedCode:
                LongLivedRestart = true;
                return DecodeError.None;
            default:
                Unknown++;
                return DecodeError.None;
        }
    }

    // RFC 4724 §3: flags 4 bits, restart time 12 bits, then AFI 2, SAFI 1, flags 1 for each family.
    private DecodeError ReadRestart(ref WireReader value)
    {
        if (!value.TryRead(out ushort flagsAndTime) || value.Remaining % 4 != 0)
            return DecodeError.BadLength;
        RestartSeconds = (ushort)(flagsAndTime & RestartTimeMask);
        IsRestarting = (flagsAndTime & RestartFlag) != 0;
        while (value.TryRead(out ushort afi) && value.TryRead(out byte safi) && value.TryRead(out byte flags))
        {
            RestartFamilies |= BgpFamily.From(afi, safi);
            if ((flags & PreservedFlag) != 0)
                Preserved |= BgpFamily.From(afi, safi);
        }

        return DecodeError.None;
    }
}
