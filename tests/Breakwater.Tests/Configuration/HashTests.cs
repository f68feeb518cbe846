using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Tests.Configuration;

/// <summary>Equal meaning, equal hash; another meaning, another hash.</summary>
public sealed class HashTests
{
    private const string One = """
        version: 1
        services:
          - {name: a, addresses: [192.0.2.0/25, 192.0.2.200], profile: web, floors: {syn: 2kpps}}
          - {name: b, addresses: ["2001:db8::1"]}
        exporters:
          - {name: x, address: "2001:db8::2", sampling: 1000}
          - {name: y, address: 192.0.2.1}
        listen: {telemetry: ["127.0.0.1:2055", "[::1]:2055"]}
        interfaces: [{exporter: x, ifIndexes: [2, 1], role: external}]
        detection: {quiet: 60s, falseAlarm: 1e-9, floors: {volume: 1Gbps}, off: [carpet, volume]}
        web: {inputs: [{syslog: 'udp://127.0.0.1:5514'}, {file: access.log}]}
        allow: [10.0.0.0/8, 192.0.2.9]
        """;

    private const string SameOtherwiseSpelled = """
        # The same, by somebody else.
        allow:
          - 192.0.2.9/32
          - "10.0.0.0/8"
          - 10.0.0.0/8
        web:
          inputs:
            - file: "access.log"
              format: auto
            - syslog: udp://127.0.0.1:5514
              allow: ["::1", 127.0.0.0/8]
        limits:
          hosts: 1048576
        detection:
          off: ['volume', carpet]
          floors:
            volume: 1000Mbps    # a comment
            udp: 2000pps
          falseAlarm: 0.000000001
          prefixFactor: 2.0
        exporters:
          - name: y
            address: 192.0.2.1
          - sampling: 1000
            address: 2001:DB8:0::2
            name: x
        services:
          - name: b
            addresses:
              - 2001:db8:0:0:0:0:0:1/128
            profile: generic
            floors: {syn: 500pps}
          - name: 'a'
            profile: "web"
            floors: {syn: 2000pps, volume: 1Gbps}
            addresses: [192.0.2.200/32, 192.0.2.0/25]
        listen:
          telemetry: ["[0::1]:2055", "127.0.0.1:2055", "127.0.0.1:2055"]
          ipfixTcp: []
        interfaces:
          - role: external
            ifIndexes: [1, 2]
            exporter: x
        geo: {}
        version: "1"
        """;

    /// <summary>A change of each key's value: its path, and how the file's text changes.</summary>
    public static TheoryData<string, string, string> Changes => new()
    {
        { "services[].name", "name: a,", "name: c," },
        { "services[].addresses", "192.0.2.200", "192.0.2.201" },
        { "services[].profile", "profile: web", "profile: mail" },
        { "services[].floors.amplification", "{syn: 2kpps}", "{syn: 2kpps, amplification: 7pps}" },
        { "services[].floors.syn", "syn: 2kpps", "syn: 3kpps" },
        { "services[].floors.synAck", "{syn: 2kpps}", "{syn: 2kpps, synAck: 7pps}" },
        { "services[].floors.segments", "{syn: 2kpps}", "{syn: 2kpps, segments: 7pps}" },
        { "services[].floors.udp", "{syn: 2kpps}", "{syn: 2kpps, udp: 7pps}" },
        { "services[].floors.icmp", "{syn: 2kpps}", "{syn: 2kpps, icmp: 7pps}" },
        { "services[].floors.fragments", "{syn: 2kpps}", "{syn: 2kpps, fragments: 7pps}" },
        { "services[].floors.protocols", "{syn: 2kpps}", "{syn: 2kpps, protocols: 7pps}" },
        { "services[].floors.queries", "{syn: 2kpps}", "{syn: 2kpps, queries: 7pps}" },
        { "services[].floors.connections", "{syn: 2kpps}", "{syn: 2kpps, connections: 7cps}" },
        { "services[].floors.requests", "{syn: 2kpps}", "{syn: 2kpps, requests: 7rps}" },
        { "services[].floors.volume", "{syn: 2kpps}", "{syn: 2kpps, volume: none}" },
        { "exporters[].name", "name: y", "name: z" },
        { "listen.telemetry", "127.0.0.1:2055", "127.0.0.1:2056" },
        { "listen.ipfixTcp", "telemetry: [", "ipfixTcp: [\"127.0.0.1:4739\"], telemetry: [" },
        { "interfaces[].exporter", "exporter: x", "exporter: y" },
        { "interfaces[].ifIndexes", "[2, 1]", "[2, 3]" },
        { "interfaces[].names", "ifIndexes: [2, 1]", "ifIndexes: [2, 1], names: [\"xe-*\"]" },
        { "interfaces[].speed", "ifIndexes: [2, 1]", "ifIndexes: [2, 1], speed: 10Gbps" },
        { "interfaces[].role", "role: external", "role: ignored" },
        { "exporters[].address", "2001:db8::2", "2001:db8::3" },
        { "exporters[].sampling", "sampling: 1000", "sampling: 1" },
        { "exporters[].domain", "sampling: 1000", "sampling: 1000, domain: 0" },
        { "detection.falseAlarm", "1e-9", "1e-8" },
        { "detection.quiet", "60s", "60001ms" },
        { "detection.floors.amplification", "volume: 1Gbps", "volume: 1Gbps, amplification: 7pps" },
        { "detection.floors.syn", "volume: 1Gbps", "volume: 1Gbps, syn: 7pps" },
        { "detection.floors.synAck", "volume: 1Gbps", "volume: 1Gbps, synAck: 7pps" },
        { "detection.floors.segments", "volume: 1Gbps", "volume: 1Gbps, segments: 7pps" },
        { "detection.floors.udp", "volume: 1Gbps", "volume: 1Gbps, udp: 7pps" },
        { "detection.floors.icmp", "volume: 1Gbps", "volume: 1Gbps, icmp: 7pps" },
        { "detection.floors.fragments", "volume: 1Gbps", "volume: 1Gbps, fragments: 7pps" },
        { "detection.floors.protocols", "volume: 1Gbps", "volume: 1Gbps, protocols: 7pps" },
        { "detection.floors.queries", "volume: 1Gbps", "volume: 1Gbps, queries: 7pps" },
        { "detection.floors.connections", "volume: 1Gbps", "volume: 1Gbps, connections: 7cps" },
        { "detection.floors.requests", "volume: 1Gbps", "volume: 1Gbps, requests: 7rps" },
        { "detection.floors.volume", "volume: 1Gbps", "volume: 2Gbps" },
        { "detection.prefixFactor", "quiet: 60s", "quiet: 60s, prefixFactor: 2.1" },
        { "detection.prefixes", "quiet: 60s", "quiet: 60s, prefixes: [192.0.2.0/23]" },
        { "detection.off", "off: [carpet, volume]", "off: [carpet]" },
        { "detection.reflectionSenders", "quiet: 60s", "quiet: 60s, reflectionSenders: 11" },
        { "detection.crowdSenders", "quiet: 60s", "quiet: 60s, crowdSenders: 255" },
        { "detection.unaskedReplies", "quiet: 60s", "quiet: 60s, unaskedReplies: 7" },
        { "allow", "10.0.0.0/8", "10.0.0.0/9" },
        { "web.inputs[].file", "file: access.log", "file: other.log" },
        { "web.inputs[].syslog", "127.0.0.1:5514", "127.0.0.1:5515" },
        { "web.inputs[].format", "file: access.log", "file: access.log, format: combined" },
        { "web.inputs[].service", "file: access.log", "file: access.log, service: b" },
        { "web.inputs[].trustedProxies", "file: access.log", "file: access.log, trustedProxies: [192.0.2.0/24]" },
        { "web.inputs[].allow", "5514'", "5514', allow: [192.0.2.1]" },
        { "limits.hosts", "version: 1", "version: 1\nlimits: {hosts: 2048}" },
        { "limits.dossiers", "version: 1", "version: 1\nlimits: {dossiers: 2048}" },
        { "limits.tickRecords", "version: 1", "version: 1\nlimits: {tickRecords: 2048}" },
        { "geo.countries", "version: 1", "version: 1\ngeo: {countries: /dev/null}" },
        { "geo.asns", "version: 1", "version: 1\ngeo: {asns: /dev/null}" },
        { "listen.api", "listen: {", "listen: {api: '[::1]:8687', " },
        { "listen.names", "listen: {", "listen: {names: [breakwater.example.net], " },
        { "retention.incidents", "version: 1", "version: 1\nretention: {incidents: 30d}" },
        { "retention.seconds", "version: 1", "version: 1\nretention: {seconds: 1h}" },
        { "retention.minutes", "version: 1", "version: 1\nretention: {minutes: 7d}" },
        { "retention.clientAddresses", "version: 1", "version: 1\nretention: {clientAddresses: 7d}" },
        { "notify.scripts", "version: 1", "version: 1\nnotify: {scripts: [/bin/sh]}" },
        { "notify.timeLimit", "version: 1", "version: 1\nnotify: {timeLimit: 31s}" },
        { "notify.webhooks[].url", "version: 1", "version: 1\nnotify: {webhooks: [{url: 'https://hooks.example.net/', secret: 'file:/etc/passwd'}]}" },
        { "notify.webhooks[].secret", "version: 1", "version: 1\nnotify: {webhooks: [{url: 'https://hooks.example.net/', secret: 'file:/etc/group'}]}" },
        { "notify.mail.server", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: [b@example.net]}}" },
        { "notify.mail.security", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', security: tls, from: a@example.net, to: [b@example.net]}}" },
        { "notify.mail.from", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: c@example.net, to: [b@example.net]}}" },
        { "notify.mail.to", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: [b@example.net, c@example.net]}}" },
        { "notify.mail.user", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: [b@example.net], user: a, password: 'file:/etc/passwd'}}" },
        { "notify.mail.password", "version: 1", "version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: [b@example.net], user: a, password: 'file:/etc/group'}}" },
        { "notify.syslog", "version: 1", "version: 1\nnotify: {syslog: ['udp://192.0.2.1:514']}" },
        { "notify.alertmanagers", "version: 1", "version: 1\nnotify: {alertmanagers: ['http://127.0.0.1:9093']}" },
        { "notify.group", "version: 1", "version: 1\nnotify: {group: 4s}" },
        { "notify.repeat", "version: 1", "version: 1\nnotify: {repeat: 3h}" },
        { "response.mode", "version: 1", "version: 1\nresponse: {mode: off}" },
        { "services[].response.mode", "profile: web", "profile: web, response: {mode: off}" },
        { "response.minConfidence", "version: 1", "version: 1\nresponse: {minConfidence: low}" },
        { "services[].response.minConfidence", "profile: web", "profile: web, response: {minConfidence: low}" },
        { "response.maxDropped", "version: 1", "version: 1\nresponse: {maxDropped: 3%}" },
        { "services[].response.maxDropped", "profile: web", "profile: web, response: {maxDropped: 3%}" },
        { "response.minCovered", "version: 1", "version: 1\nresponse: {minCovered: 60%}" },
        { "services[].response.minCovered", "profile: web", "profile: web, response: {minCovered: 60%}" },
        { "response.maxRulesPerIncident", "version: 1", "version: 1\nresponse: {maxRulesPerIncident: 5}" },
        { "services[].response.maxRulesPerIncident", "profile: web", "profile: web, response: {maxRulesPerIncident: 5}" },
        { "response.blackhole", "version: 1", "version: 1\nresponse: {blackhole: never}" },
        { "services[].response.blackhole", "profile: web", "profile: web, response: {blackhole: never}" },
        { "response.fourEyes", "version: 1", "version: 1\nresponse: {fourEyes: true}" },
        { "services[].response.fourEyes", "profile: web", "profile: web, response: {fourEyes: true}" },
        { "response.escalateAfter", "version: 1", "version: 1\nresponse: {escalateAfter: 2m}" },
        { "services[].response.escalateAfter", "profile: web", "profile: web, response: {escalateAfter: 2m}" },
        { "response.holdAfter", "version: 1", "version: 1\nresponse: {holdAfter: 1m}" },
        { "services[].response.holdAfter", "profile: web", "profile: web, response: {holdAfter: 1m}" },
        { "response.asNumber", "version: 1", "version: 1\nresponse: {asNumber: 65001}" },
        { "response.routerId", "version: 1", "version: 1\nresponse: {routerId: 10.0.0.1}" },
        { "response.prefixes", "version: 1", "version: 1\nresponse: {prefixes: [192.0.2.0/24]}" },
        { "response.lease", "version: 1", "version: 1\nresponse: {lease: 61s}" },
        { "response.maxRules", "version: 1", "version: 1\nresponse: {maxRules: 101}" },
        { "response.maintenance[].days", "version: 1", "version: 1\nresponse: {maintenance: [{days: [mon], from: '22:00', to: '04:00'}]}" },
        { "response.maintenance[].from", "version: 1", "version: 1\nresponse: {maintenance: [{from: '22:01', to: '04:00'}]}" },
        { "response.maintenance[].to", "version: 1", "version: 1\nresponse: {maintenance: [{from: '22:00', to: '04:01'}]}" },
        { "response.peers[].name", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: q, address: 192.0.2.3, peerAs: 65002}]}" },
        { "response.peers[].address", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.4, peerAs: 65002}]}" },
        { "response.peers[].port", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, port: 1179}]}" },
        { "response.peers[].peerAs", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65004}]}" },
        { "response.peers[].localAddress", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, localAddress: 192.0.2.9}]}" },
        { "response.peers[].password", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, password: other}]}" },
        { "response.peers[].hops", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, hops: 2}]}" },
        { "response.peers[].gracefulRestart", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, gracefulRestart: 20s}]}" },
        { "response.peers[].holdTime", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, holdTime: 10s}]}" },
        { "response.peers[].families", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, families: [ipv4]}]}" },
        { "response.peers[].profile", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, profile: bird}]}" },
        { "response.peers[].passwordFile", "version: 1", "version: 1\nresponse: {asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.3, peerAs: 65002, passwordFile: /etc/hostname}]}" },
        { "response.hosts[].name", "version: 1", "version: 1\nresponse: {hosts: [{name: h, socket: /run/agent.sock}]}" },
        { "response.hosts[].socket", "version: 1", "version: 1\nresponse: {hosts: [{name: h, socket: /run/other.sock}]}" },
        { "upstreams[].name", "version: 1", "version: 1\nupstreams: [{name: w, contact: noc}]" },
        { "upstreams[].contact", "version: 1", "version: 1\nupstreams: [{name: u, contact: desk}]" },
        { "upstreams[].asNumber", "version: 1", "version: 1\nupstreams: [{name: u, contact: noc, asNumber: 65010}]" },
        { "upstreams[].blackholeCommunity", "version: 1", "version: 1\nupstreams: [{name: u, contact: noc, blackholeCommunity: '65535:666'}]" },
        { "upstreams[].form", "version: 1", "version: 1\nupstreams: [{name: u, contact: noc, form: cisco}]" },
        { "storage.folder", "version: 1", "version: 1\nstorage: {folder: elsewhere}" },
    };

    [Fact]
    public void Hash_OfTheSameInAnotherSpelling_IsTheSame()
    {
        var (one, other) = (Configurations.Good(One), Configurations.Good(SameOtherwiseSpelled));
        Assert.Equal(Encoding.UTF8.GetString(ConfigHash.Canonical(one)), Encoding.UTF8.GetString(ConfigHash.Canonical(other)));
        Assert.Equal(one.Hash, other.Hash);
        Assert.Equal(64, one.Hash.Length);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Hash_OfAnotherValue_IsAnother(string path, string from, string to)
    {
        Assert.Contains(from, One, StringComparison.Ordinal);
        var changed = Configurations.Good(One.Replace(from, to, StringComparison.Ordinal));
        Assert.True(Configurations.Good(One).Hash != changed.Hash, path);
    }

    [Fact]
    public void Hash_OfDifferentChanges_IsDifferentEachTime()
    {
        var hashes = Changes.Select(row => Configurations.Good(One.Replace(row.Data.Item2, row.Data.Item3, StringComparison.Ordinal)).Hash).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>A new key is not forgotten in the hash: it needs a line above.</summary>
    [Fact]
    public void Changes_CoverEveryKey()
    {
        var values = Configurations.AllKeys().Where(entry => entry.Key is ScalarKey or ListKey).Select(entry => entry.Path).Where(path => path != "version");
        Assert.Equal(values.Order(StringComparer.Ordinal), Changes.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    /// <summary>The canonical form may only change together with what reports call the same configuration.</summary>
    [Fact]
    public void Canonical_OfTheDefaults_IsWritten() => Assert.Equal(
        """{"version":1,"listen":{"telemetry":["127.0.0.1:2055","127.0.0.1:4739","127.0.0.1:6343","[::1]:2055","[::1]:4739","[::1]:6343"],"ipfixTcp":[],"api":"127.0.0.1:8686","names":[]},"services":[],"exporters":[],"interfaces":[],"detection":{"falseAlarm":1E-10,"quietMilliseconds":60000,"floors":{"amplification":500,"syn":500,"synAck":500,"segments":1000,"udp":2000,"icmp":500,"fragments":1000,"protocols":2000,"queries":1000,"connections":200,"requests":100,"volume":null},"prefixFactor":2,"prefixes":[],"off":[],"unaskedReplies":100,"reflectionSenders":10,"crowdSenders":256},"allow":[],"upstreams":[],"response":{"mode":"propose","minConfidence":"high","maxDroppedPercent":1,"minCoveredPercent":50,"maxRulesPerIncident":4,"blackhole":"propose","fourEyes":false,"escalateAfterMilliseconds":60000,"holdAfterMilliseconds":300000,"asNumber":null,"routerId":null,"peers":[],"hosts":[],"prefixes":[],"leaseMilliseconds":60000,"maxRules":100,"maintenance":[]},"notify":{"scripts":[],"timeLimitMilliseconds":30000,"webhooks":[],"mail":null,"syslog":[],"alertmanagers":[],"groupMilliseconds":3000,"repeatMilliseconds":14400000},"limits":{"hosts":1048576,"dossiers":1024,"tickRecords":65536},"geo":{"countries":null,"asns":null},"retention":{"incidentsSeconds":31536000,"secondsSeconds":21600,"minutesSeconds":2419200,"clientAddressesSeconds":2592000},"storage":{"folder":"breakwater-data"}}""",
        Encoding.UTF8.GetString(ConfigHash.Canonical(new BreakwaterConfig())));
}
