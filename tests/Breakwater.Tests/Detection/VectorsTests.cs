using Breakwater.Detection;

namespace Breakwater.Tests.Detection;

public sealed class VectorsTests
{
    // The vocabulary of the contract, word for word.
    private const string Vocabulary = """
        dns-amplification ntp-amplification cldap-amplification memcached-amplification ssdp-amplification snmp-amplification
        chargen-amplification ws-discovery-amplification arms-amplification coap-amplification portmap-amplification
        netbios-amplification mdns-amplification tftp-amplification rip-amplification qotd-amplification slp-amplification
        sip-amplification stun-amplification openvpn-amplification quake-amplification steam-amplification
        dhcpdiscover-amplification jenkins-amplification bittorrent-amplification bacnet-amplification
        tcp-reflection quic-reflection udp-reflection
        syn-flood syn-ack-flood ack-flood rst-flood fin-flood tcp-null-flood tcp-xmas-flood tcp-connection-flood
        udp-flood fragment-flood icmp-flood gre-flood ip-protocol-flood ipv6-extension-header-flood dns-query-flood
        dns-random-subdomain quic-flood sip-flood dhcp-flood
        http-flood http-cache-busting http-slow http-login-flood http-scraping
        """;

    private static string[] Words => Vocabulary.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Names_All_AreTheVocabulary() => Assert.Equal(Words, Vectors.All.Select(Vectors.Name), StringComparer.Ordinal);

    /// <summary>An incident's vectors are bits of one word (<c>IncidentSigns</c>).</summary>
    [Fact]
    public void All_EachVector_HasABitOfAWord() => Assert.All(Vectors.All, static vector => Assert.InRange((int)vector, 1, 63));

    /// <summary>So are the classes that a watched target has been seen with.</summary>
    [Fact]
    public void TrafficClasses_All_HaveABitOfAWord() => Assert.InRange(TrafficClass.Count, Vectors.All.Length + 1, 64);

    [Fact]
    public void TryParse_EachName_RoundTrips()
    {
        foreach (var vector in Vectors.All)
        {
            Assert.True(Vectors.TryParse(Vectors.Name(vector), out var parsed));
            Assert.Equal(vector, parsed);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("SYN-FLOOD")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_NoVector_IsRefused(string? name) => Assert.False(Vectors.TryParse(name, out _));

    [Fact]
    public void AmplificationPorts_EachServiceOfTheVocabulary_HasAPort()
    {
        var withPort = Vectors.AmplificationPorts.Select(entry => entry.Vector).ToHashSet(EqualityComparer<Vector>.Default);
        Assert.Empty(Vectors.All.Where(vector => Vectors.IsAmplification(vector) && !withPort.Contains(vector)));
    }

    [Fact]
    public void OfUdpSourcePort_EveryPort_IsAsTheListSays()
    {
        var listed = Vectors.AmplificationPorts.ToDictionary(static known => known.Port, static known => known.Vector);
        Assert.All(Enumerable.Range(0, ushort.MaxValue + 1), port =>
            Assert.Equal(listed.GetValueOrDefault((ushort)port), Vectors.OfUdpSourcePort((ushort)port)));
    }
}
