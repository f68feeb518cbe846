using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Bgp;

/// <summary>A FlowSpec rule as text, a line per call: what tests and the fuzzer's second reader compare.</summary>
internal struct FlowSpecText(List<string> lines) : IFlowSpecSink
{
    public readonly void OnPrefix(FlowSpecComponent type, Address network, int length, int offset) =>
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{(byte)type} {network}/{offset}-{length}"));

    public readonly void OnNumeric(FlowSpecComponent type, NumericMatch match) =>
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{(byte)type} op{(byte)match.Operators} {match.Value}"));

    public readonly void OnBitmask(FlowSpecComponent type, BitmaskMatch match) =>
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{(byte)type} op{(byte)match.Operators} {match.Value}"));

    public static string Of(string hex, BgpFamilies family = BgpFamilies.IPv4FlowSpec) => Of(Bytes.FromHex(hex), family);

    public static string Of(ReadOnlySpan<byte> components, BgpFamilies family)
    {
        var lines = new List<string>();
        var sink = new FlowSpecText(lines);
        var error = FlowSpecDecoder.Decode(components, family, ref sink);
        if (error != DecodeError.None)
            lines.Add(error.ToString());
        return string.Join("; ", lines);
    }
}

/// <summary>An UPDATE as text, a line per call.</summary>
internal struct UpdateText(List<string> lines) : IBgpUpdateSink
{
    public readonly void OnAttribute(BgpAttributeFlags flags, BgpAttributeType type, scoped ReadOnlySpan<byte> value) =>
        lines.Add($"attribute {(byte)flags:x2} {(byte)type} {Convert.ToHexStringLower(value)}");

    public readonly void OnOrigin(BgpOrigin origin) => lines.Add($"origin {(byte)origin}");

    public readonly void OnAsPathSegment(byte segmentType, scoped ReadOnlySpan<byte> numbers, int octetsPerAs) =>
        lines.Add($"path {segmentType} {octetsPerAs} {Convert.ToHexStringLower(numbers)}");

    public readonly void OnNextHop(Address nextHop) => lines.Add($"next {nextHop}");

    public readonly void OnCommunity(uint community) => lines.Add($"community {community:x8}");

    public readonly void OnExtendedCommunity(ulong community) => lines.Add($"extended {community:x16}");

    public readonly void OnLargeCommunity(uint administrator, uint first, uint second) => lines.Add($"large {administrator}:{first}:{second}");

    public readonly void OnPrefix(bool isWithdrawn, Address network, int length) => lines.Add($"{(isWithdrawn ? "gone" : "route")} {network}/{length}");

    public readonly void OnFlowSpec(bool isWithdrawn, BgpFamilies family, scoped ReadOnlySpan<byte> components) =>
        lines.Add($"{(isWithdrawn ? "gone" : "flow")} {BgpFamily.Afi(family)} {Convert.ToHexStringLower(components)}");

    public static string Of(ReadOnlySpan<byte> message, int octetsPerAs = 4)
    {
        var lines = new List<string>();
        var sink = new UpdateText(lines);
        var error = BgpUpdateDecoder.Decode(message[BgpHeader.HeaderBytes..], octetsPerAs, ref sink);
        if (error != DecodeError.None)
            lines.Add(error.ToString());
        return string.Join("; ", lines.Where(static line => !line.StartsWith("attribute", StringComparison.Ordinal)));
    }
}

/// <summary>Octets written as the RFCs print them.</summary>
internal static class Bytes
{
    public static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
