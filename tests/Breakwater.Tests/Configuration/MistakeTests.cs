namespace Breakwater.Tests.Configuration;

/// <summary>One bad file per mistake, with the exact message.</summary>
public sealed class MistakeTests
{
    private const string SyntaxCure = "look there and on the line before for indentation (spaces, no tabs), quotes, brackets and colons";
    private const string AddressCure = "write it like 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32";

    [Theory]
    // The file as a whole.
    [InlineData("", "f.yaml:1:1: the file holds no configuration; begin with 'version: 1'")]
    [InlineData("# only a comment\n", "f.yaml:1:1: the file holds no configuration; begin with 'version: 1'")]
    [InlineData("---\n", "f.yaml:1:1: the file holds no configuration; begin with 'version: 1'")]
    [InlineData("- version: 1", "f.yaml:1:1: the file is a list, and a section is needed; write keys with values under it: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage")]
    [InlineData("version: 1\n---\nversion: 1\n", "f.yaml:2:1: a second document begins; keep one document in the file, without '---' between")]
    [InlineData("version: 1\nallow: [\u0001]", "f.yaml:2:9: the file holds the control character U+0001; remove it")]
    [InlineData("version: 1\nallow: []\0\nnonsense", "f.yaml:2:10: the file holds the control character U+0000; remove it")]
    // YAML.
    [InlineData("version: 1\nallow: a: b", "f.yaml:2:9: this is not YAML: while scanning a plain scalar value, found invalid mapping; " + SyntaxCure)]
    [InlineData("version: 1\n\tallow: []", "f.yaml:1:10: this is not YAML: while scanning a plain scalar, found a tab character that violate indentation; " + SyntaxCure)]
    [InlineData("version: 1\nallow: [a", "f.yaml:3:1: this is not YAML: while parsing a flow sequence, did not find expected ',' or ']'; " + SyntaxCure)]
    [InlineData("version: 1\nallow: *a", "f.yaml:2:8: the alias *a is not accepted; write the value out")]
    [InlineData("version: 1\nallow: &a []", "f.yaml:2:8: the anchor &a is not accepted; remove it, and write the value out where it is needed")]
    [InlineData("version: !!int 1", "f.yaml:1:10: the tag !!int is not accepted; remove it: every key knows what its value is")]
    [InlineData("version: !mine 1", "f.yaml:1:10: the tag !mine is not accepted; remove it: every key knows what its value is")]
    [InlineData("version: 1\nallow: []\nallow: []", "f.yaml:3:1: 'allow' stands here a second time, first on line 2; keep one of them")]
    [InlineData("version: 1\nlimits: {hosts: 2048, hosts: 4096}", "f.yaml:2:23: 'hosts' stands here a second time, first on line 2; keep one of them")]
    [InlineData("version: 1\n? [a]\n: b", "f.yaml:2:3: a key is a list; keys are names, such as 'version'")]
    [InlineData("version: 1\nallow: [a: b]", "f.yaml:2:9: an item of 'allow' is a section, and a network is needed; write one value: a network such as 192.0.2.0/24 or 2001:db8::/32, or a single address")]
    // Keys.
    [InlineData("allow: []", "f.yaml:1:1: the file has no 'version'; add 'version: …' with a version")]
    [InlineData("version: 2", "f.yaml:1:10: 'version': version '2' of the configuration is not known to this version of Breakwater; write 1")]
    [InlineData("version:", "f.yaml:1:9: 'version' has no value; write a version (1), or remove it")]
    [InlineData("version: 1\nservces: []", "f.yaml:2:1: unknown key 'servces'; did you mean 'services'?")]
    [InlineData("version: 1\nDetection: {}", "f.yaml:2:1: unknown key 'Detection'; did you mean 'detection'?")]
    [InlineData("version: 1\ndetection: {qiuet: 1m}", "f.yaml:2:13: unknown key 'qiuet' in 'detection'; did you mean 'quiet'?")]
    [InlineData("version: 1\ncolour: red", "f.yaml:2:1: unknown key 'colour'; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage")]
    [InlineData("version: 1\n\"a\\e[31m\\nb\": 1", "f.yaml:2:1: unknown key 'a�[31m�b'; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage")]
    [InlineData("version: 1\nlisten: {telemetry: [2055]}", "f.yaml:2:22: an item of 'listen.telemetry': '2055' has no port; write it like 127.0.0.1:2055, 0.0.0.0:2055 (all of IPv4) or [::1]:2055")]
    [InlineData("version: 1\nlisten: {telemetry: ['::1:2055']}", "f.yaml:2:22: an item of 'listen.telemetry': '::1:2055' is no address with a port; write it like 127.0.0.1:2055, 0.0.0.0:2055 (all of IPv4) or [::1]:2055")]
    [InlineData("version: 1\nlisten: {ipfixTcp: ['127.0.0.1:0']}", "f.yaml:2:21: an item of 'listen.ipfixTcp': '127.0.0.1:0' has no port; write it like 127.0.0.1:2055, 0.0.0.0:2055 (all of IPv4) or [::1]:2055")]
    [InlineData("version: 1\nexporters: [{name: edge, address: 192.0.2.1}]\ninterfaces: [{exporter: egde, ifIndexes: [1], role: external}]", "f.yaml:3:25: unknown exporter 'egde'; did you mean 'edge'?")]
    [InlineData("version: 1\nexporters: [{name: edge, address: 192.0.2.1}]\ninterfaces: [{exporter: edge, ifIndexes: [1, 1], role: ignored}]", "f.yaml:3:46: ifIndex 1 of exporter 'edge' has a role already, on line 3; keep one of them")]
    [InlineData("version: 1\npublic: {}", "f.yaml:2:1: 'public' is not supported by this version of Breakwater; remove it until you use a version that has it")]
    // Web logs.
    [InlineData("version: 1\nweb: {inputs: [{format: auto}]}", "f.yaml:2:16: an item of 'web.inputs' says neither file nor syslog; write one of 'file: /var/log/nginx/access.log' and 'syslog: udp://127.0.0.1:5514'")]
    [InlineData("version: 1\nweb: {inputs: [{file: a.log, syslog: 'udp://127.0.0.1:5514'}]}", "f.yaml:2:16: an item of 'web.inputs' has both 'file' and 'syslog'; write one of 'file: /var/log/nginx/access.log' and 'syslog: udp://127.0.0.1:5514'")]
    [InlineData("version: 1\nweb: {inputs: [{syslog: 'unix:/run/x.sock'}, {syslog: 'unix:/run/x.sock'}]}", "f.yaml:2:55: 'unix:/run/x.sock' is an input already, on line 2; keep one of them")]
    [InlineData("version: 1\nweb: {inputs: [{file: a.log, service: shop}]}", "f.yaml:2:39: unknown service 'shop'; add it to 'services'")]
    [InlineData("version: 1\nservices: [{name: shop, addresses: [192.0.2.1]}]\nweb: {inputs: [{file: a.log, service: shp}]}", "f.yaml:3:39: unknown service 'shp'; did you mean 'shop'?")]
    [InlineData("version: 1\nweb: {inputs: [{file: /var/*/access.log}]}", "f.yaml:2:23: 'web.inputs[].file': '/var/*/access.log' has a pattern in the name of a folder; write * and ? in the last part alone, and an input for each folder")]
    [InlineData("version: 1\nweb: {inputs: [{file: a.log, allow: [192.0.2.1]}]}", "f.yaml:2:16: 'allow' is for syslog over udp:// and tcp://; remove it")]
    [InlineData("version: 1\nweb: {inputs: [{syslog: '127.0.0.1:5514'}]}", "f.yaml:2:25: 'web.inputs[].syslog': '127.0.0.1:5514' says neither udp://, tcp:// nor unix:; write it like udp://127.0.0.1:5514, tcp://127.0.0.1:5514, unix:/run/breakwater/log.sock (datagrams) or unix-stream:/run/breakwater/log.sock")]
    [InlineData("version: 1\nweb: {inputs: [{syslog: 'udp://127.0.0.1'}]}", "f.yaml:2:25: 'web.inputs[].syslog': '127.0.0.1' has no port; write it like udp://127.0.0.1:5514, tcp://127.0.0.1:5514, unix:/run/breakwater/log.sock (datagrams) or unix-stream:/run/breakwater/log.sock")]
    [InlineData("version: 1\nweb: {inputs: [{syslog: 'udp://0.0.0.0:5514'}]}", "f.yaml:2:25: udp://0.0.0.0:5514 can be reached from other machines, and nobody is allowed to send; add 'allow: [192.0.2.1]' with the addresses of the servers")]
    [InlineData("version: 1\nweb: {inputs: [{syslog: 'unix:log.sock'}]}", "f.yaml:2:25: 'web.inputs[].syslog': 'log.sock' is no full path; write it like udp://127.0.0.1:5514, tcp://127.0.0.1:5514, unix:/run/breakwater/log.sock (datagrams) or unix-stream:/run/breakwater/log.sock")]
    [InlineData("version: 1\nweb: {inputs: [{file: a.log, format: '$x$y'}]}", "f.yaml:2:38: 'web.inputs[].format': '$x$y' is no log format: two fields need a character between them, or nobody knows where the first ends; write auto, a name such as combined or haproxy, or the server's own string such as '$remote_addr - $remote_user [$time_local] \"$request\" $status $bytes_sent'")]
    [InlineData("version: 1\ndetection: on", "f.yaml:2:12: 'detection' is a single value, and a section is needed; write keys with values under it: falseAlarm, quiet, floors, prefixFactor, prefixes, off, unaskedReplies, reflectionSenders, crowdSenders")]
    [InlineData("version: 1\ndetection:", "f.yaml:2:11: 'detection' is nothing, and a section is needed; write keys with values under it: falseAlarm, quiet, floors, prefixFactor, prefixes, off, unaskedReplies, reflectionSenders, crowdSenders")]
    [InlineData("version: 1\nallow: 192.0.2.1", "f.yaml:2:8: 'allow' is a single value, and a list is needed; write '- ' before each item: a network")]
    [InlineData("version: 1\nallow:", "f.yaml:2:7: 'allow' has no value; write a list with '- ' before each item, [] for none, or remove it")]
    [InlineData("version: 1\nallow: [[]]", "f.yaml:2:9: an item of 'allow' is a list, and a network is needed; write one value: a network such as 192.0.2.0/24 or 2001:db8::/32, or a single address")]
    // Quantities.
    [InlineData("version: 1\ndetection: {quiet: 30}", "f.yaml:2:20: 'detection.quiet': the duration '30' has no unit; add one of ms, s, m, h or d, such as 1m")]
    [InlineData("version: 1\ndetection: {quiet: 9s}", "f.yaml:2:20: 'detection.quiet': '9s' is out of range; write 10s to 1h")]
    [InlineData("version: 1\ndetection: {quiet: 61m}", "f.yaml:2:20: 'detection.quiet': '61m' is out of range; write 10s to 1h")]
    [InlineData("version: 1\ndetection: {quiet: long}", "f.yaml:2:20: 'detection.quiet': 'long' is no duration; write a number with its unit (ms, s, m, h or d), such as 1m")]
    [InlineData("version: 1\ndetection: {quiet: 10.0001s}", "f.yaml:2:20: 'detection.quiet': '10.0001s' is no whole number of ms; round it to ms, such as 1m")]
    [InlineData("version: 1\ndetection: {quiet: [1m]}", "f.yaml:2:20: 'detection.quiet' is a list, and a duration is needed; write one value: 10s to 1h")]
    [InlineData("version: 1\ndetection: {floors: {syn: 500}}", "f.yaml:2:27: 'detection.floors.syn': the packet rate '500' has no unit; add one of pps, kpps, Mpps or Gpps, such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 0pps}}", "f.yaml:2:27: 'detection.floors.syn': '0pps' is out of range; write 1pps to 1Gpps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 1.5pps}}", "f.yaml:2:27: 'detection.floors.syn': '1.5pps' is no whole number of pps; round it to pps, such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 5Mbps}}", "f.yaml:2:27: 'detection.floors.syn': '5Mbps' is a bit rate, and a packet rate is needed; use pps, kpps, Mpps or Gpps, such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 5Kpps}}", "f.yaml:2:27: 'detection.floors.syn': '5Kpps' has the unknown unit 'Kpps'; it is spelled kpps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 5 kpps}}", "f.yaml:2:27: 'detection.floors.syn': '5 kpps' has the unknown unit ' kpps'; use pps, kpps, Mpps or Gpps, such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: -5pps}}", "f.yaml:2:27: 'detection.floors.syn': '-5pps' is no packet rate; write a number with its unit (pps, kpps, Mpps or Gpps), such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 1.2.3pps}}", "f.yaml:2:27: 'detection.floors.syn': '1.2.3pps' is no packet rate; write a number with its unit (pps, kpps, Mpps or Gpps), such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {syn: 9999999999999Gpps}}", "f.yaml:2:27: 'detection.floors.syn': '9999999999999Gpps' is too large; write a packet rate such as 500pps")]
    [InlineData("version: 1\ndetection: {floors: {connections: 5rps}}", "f.yaml:2:35: 'detection.floors.connections': '5rps' is a request rate, and a connection rate is needed; use cps, kcps or Mcps, such as 200cps")]
    [InlineData("version: 1\ndetection: {floors: {requests: 100}}", "f.yaml:2:32: 'detection.floors.requests': the request rate '100' has no unit; add one of rps, krps or Mrps, such as 100rps")]
    [InlineData("version: 1\ndetection: {floors: {volume: 100}}", "f.yaml:2:30: 'detection.floors.volume': the bit rate '100' has no unit; add one of bps, kbps, Mbps, Gbps or Tbps, such as 1Gbps")]
    [InlineData("version: 1\ndetection: {floors: {volume: 1kbps}}", "f.yaml:2:30: 'detection.floors.volume': '1kbps' is out of range; write 1Mbps to 100Tbps")]
    [InlineData("version: 1\ndetection: {floors: {volume: }}", "f.yaml:2:30: 'detection.floors.volume' has no value; write a bit rate or none (none, or 1Mbps to 100Tbps), or remove it")]
    // Numbers.
    [InlineData("version: 1\ndetection: {falseAlarm: 1e-16}", "f.yaml:2:25: 'detection.falseAlarm': '1e-16' is out of range; write 1e-15 to 0.001 (probability per look)")]
    [InlineData("version: 1\ndetection: {falseAlarm: 0.1}", "f.yaml:2:25: 'detection.falseAlarm': '0.1' is out of range; write 1e-15 to 0.001 (probability per look)")]
    [InlineData("version: 1\ndetection: {falseAlarm: NaN}", "f.yaml:2:25: 'detection.falseAlarm': 'NaN' is no number; write 1e-15 to 0.001 (probability per look)")]
    [InlineData("version: 1\ndetection: {falseAlarm: rare}", "f.yaml:2:25: 'detection.falseAlarm': 'rare' is no number; write 1e-15 to 0.001 (probability per look)")]
    [InlineData("version: 1\ndetection: {prefixFactor: 0.5}", "f.yaml:2:27: 'detection.prefixFactor': '0.5' is out of range; write 1 to 1000 (multiple of the host's floor)")]
    [InlineData("version: 1\ndetection: {unaskedReplies: 0}", "f.yaml:2:29: 'detection.unaskedReplies': '0' is out of range; write 1 to 1000000 (packets per minute)")]
    [InlineData("version: 1\ndetection: {unaskedReplies: 1e3}", "f.yaml:2:29: 'detection.unaskedReplies': '1e3' is no whole number; write 1 to 1000000 (packets per minute) in digits alone")]
    [InlineData("version: 1\nlimits: {hosts: 5}", "f.yaml:2:17: 'limits.hosts': '5' is out of range; write 1024 to 16777216 (hosts)")]
    [InlineData("version: 1\nlimits: {dossiers: 100000}", "f.yaml:2:20: 'limits.dossiers': '100000' is out of range; write 16 to 65536 (hosts)")]
    [InlineData("version: 1\nlimits: {tickRecords: many}", "f.yaml:2:23: 'limits.tickRecords': 'many' is no whole number; write 1024 to 16777216 (records) in digits alone")]
    // Networks and addresses.
    [InlineData("version: 1\nallow: [192.0.2.7/24]", "f.yaml:2:9: an item of 'allow': '192.0.2.7/24' has host bits set; write the network 192.0.2.0/24, or the single address 192.0.2.7")]
    [InlineData("version: 1\nallow: [2001:db8::7/64]", "f.yaml:2:9: an item of 'allow': '2001:db8::7/64' has host bits set; write the network 2001:db8::/64, or the single address 2001:db8::7")]
    [InlineData("version: 1\nallow: [192.0.2.0/33]", "f.yaml:2:9: an item of 'allow': '192.0.2.0/33' has no valid prefix length; write 0 to 32 after the '/'")]
    [InlineData("version: 1\nallow: ['2001:db8::/129']", "f.yaml:2:9: an item of 'allow': '2001:db8::/129' has no valid prefix length; write 0 to 128 after the '/'")]
    [InlineData("version: 1\nallow: [192.0.2.0/]", "f.yaml:2:9: an item of 'allow': '192.0.2.0/' has no valid prefix length; write 0 to 32 after the '/'")]
    [InlineData("version: 1\nallow: [192.0.2]", "f.yaml:2:9: an item of 'allow': '192.0.2' is no address or network; " + AddressCure)]
    [InlineData("version: 1\nallow: [192.0.2.010]", "f.yaml:2:9: an item of 'allow': '192.0.2.010' is no address or network; " + AddressCure)]
    [InlineData("version: 1\nallow: ['fe80::1%eth0']", "f.yaml:2:9: an item of 'allow': 'fe80::1%eth0' is no address or network; " + AddressCure)]
    [InlineData("version: 1\nallow: ['[2001:db8::1]']", "f.yaml:2:9: an item of 'allow': '[2001:db8::1]' is no address or network; " + AddressCure)]
    [InlineData("version: 1\nallow: ['::ffff:192.0.2.1']", "f.yaml:2:9: an item of 'allow': '::ffff:192.0.2.1' is an IPv4 address written as IPv6; write 192.0.2.1")]
    [InlineData("version: 1\nallow: [example.net]", "f.yaml:2:9: an item of 'allow': 'example.net' is no address or network; " + AddressCure)]
    [InlineData("version: 1\ndetection: {prefixes: [x]}", "f.yaml:2:24: an item of 'detection.prefixes': 'x' is no address or network; " + AddressCure)]
    // Detectors and files.
    [InlineData("version: 1\ndetection: {off: [carpets]}", "f.yaml:2:19: unknown detector 'carpets'; did you mean 'carpet'?")]
    [InlineData("version: 1\ndetection: {off: [weather]}", "f.yaml:2:19: unknown detector 'weather'; known here: reflection, carpet, volume")]
    [InlineData("version: 1\ngeo: {asns: ''}", "f.yaml:2:13: 'geo.asns': '' is no path; write the path of a file, relative to the folder of this file")]
    // Scripts.
    [InlineData("version: 1\nnotify: {scripts: [notify.sh]}", "f.yaml:2:20: an item of 'notify.scripts': 'notify.sh' is no full path; write the path from / on, without .. in it, and no arguments")]
    [InlineData("version: 1\nnotify: {scripts: [/bin/../bin/sh]}", "f.yaml:2:20: an item of 'notify.scripts': '/bin/../bin/sh' is no full path; write the path from / on, without .. in it, and no arguments")]
    [InlineData("version: 1\nnotify: {scripts: [/nonexistent/x.sh]}", "f.yaml:2:20: '/nonexistent/x.sh' is no file; put an executable file there, or remove it from 'notify.scripts'")]
    [InlineData("version: 1\nnotify: {scripts: [/etc/passwd]}", "f.yaml:2:20: '/etc/passwd' is not executable; put an executable file there, or remove it from 'notify.scripts'")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'ftp://example.net/', secret: 'file:/etc/passwd'}]}", "f.yaml:2:27: 'notify.webhooks[].url': 'ftp://example.net/' is no address of a server; write it like https://hooks.example.net/breakwater")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://me:pw@example.net/', secret: 'file:/etc/passwd'}]}", "f.yaml:2:27: 'notify.webhooks[].url': 'example.net' is given with a user, a password or a #; remove these; a secret does not belong into an address, where logs keep it")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://example.net/'}]}", "f.yaml:2:21: 'notify.webhooks[]' has no 'secret'; add 'secret: …' with the place of a secret")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://example.net/', secret: 'my-secret'}]}", "f.yaml:2:59: 'notify.webhooks[].secret': this is no place of a secret; write it like file:/etc/breakwater/webhook.key or env:WEBHOOK_KEY; never the secret itself")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://example.net/', secret: 'file:/nonexistent/key'}]}", "f.yaml:2:59: the secret '/nonexistent/key' cannot be read; put a file with the secret alone there, readable for Breakwater's user")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://example.net/', secret: 'env:BREAKWATER_TEST_ABSENT'}]}", "f.yaml:2:59: the secret 'env:BREAKWATER_TEST_ABSENT' is empty; set the variable where Breakwater is started")]
    [InlineData("version: 1\nnotify: {webhooks: [{url: 'https://a.example/', secret: 'file:/etc/passwd'}, {url: 'https://a.example', secret: 'file:/etc/passwd'}]}", "f.yaml:2:84: the webhook 'https://a.example/' stands here twice; keep one of them")]
    [InlineData("version: 1\nnotify: {syslog: ['http://192.0.2.1:514']}", "f.yaml:2:19: an item of 'notify.syslog': 'http://192.0.2.1:514' is no collector of log lines; write it like udp://192.0.2.1:514, tcp://logs.example.net:514 or unix:/dev/log")]
    [InlineData("version: 1\nnotify: {mail: {server: mail.example.net, from: a@example.net, to: [b@example.net]}}", "f.yaml:2:25: 'notify.mail.server': 'mail.example.net' is no host with a port; write it like mail.example.net:587")]
    [InlineData("version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: A Person <a@example.net>, to: [b@example.net]}}", "f.yaml:2:55: 'notify.mail.from': 'A Person <a@example.net>' is no mail address; write it like noc@example.net")]
    [InlineData("version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: []}}", "f.yaml:2:74: 'notify.mail.to' is empty; write at least one item: a mail address")]
    [InlineData("version: 1\nnotify: {mail: {server: 'mail.example.net:587', from: a@example.net, to: [b@example.net], user: a}}", "f.yaml:2:16: 'notify.mail' has a user and no password; give both, or neither")]
    [InlineData("version: 1\nnotify: {mail: {server: 'mail.example.net:25', security: none, from: a@example.net, to: [b@example.net], user: a, password: 'file:/etc/passwd'}}", "f.yaml:2:25: the password would go to 'mail.example.net:25' unprotected; write 'security: starttls' or 'security: tls'")]
    [InlineData("version: 1\nnotify: {repeat: 1m}", "f.yaml:2:18: 'notify.repeat': '1m' is out of range; write 5m to 7d")]
    [InlineData("version: 1\nnotify: {script: [/bin/sh]}", "f.yaml:2:10: unknown key 'script' in 'notify'; did you mean 'scripts'?")]
    [InlineData("version: 1\nnotify: {timeLimit: 1h}", "f.yaml:2:21: 'notify.timeLimit': '1h' is out of range; write 1s to 10m")]
    [InlineData("version: 1\nnotify: {scripts: [/bin/sh, /bin/sh, /bin/sh, /bin/sh, /bin/sh, /bin/sh, /bin/sh, /bin/sh, /bin/cat]}", "f.yaml:2:92: '/bin/cat' is one script too many; keep 8; one script can call others")]
    public void File_OneMistake_IsToldWithPlaceAndCure(string text, string message) =>
        Assert.Equal([message], Configurations.Messages(Configurations.Read(text)));

    [Theory]
    [InlineData("- {addresses: [192.0.2.1]}", "f.yaml:3:3: 'services[]' has no 'name'; add 'name: …' with a name")]
    [InlineData("- {name: a}", "f.yaml:3:3: 'services[]' has no 'addresses'; add 'addresses: …' with a list, each item a network")]
    [InlineData("- {name: a, addresses: []}", "f.yaml:3:24: 'services[].addresses' is empty; write at least one item: a network")]
    [InlineData("- {name: 1a, addresses: [192.0.2.1]}", "f.yaml:3:10: 'services[].name': '1a' is no name; use letters, digits, - and _, beginning with a letter, at most 63 characters")]
    [InlineData("- {name: a b, addresses: [192.0.2.1]}", "f.yaml:3:10: 'services[].name': 'a b' is no name; use letters, digits, - and _, beginning with a letter, at most 63 characters")]
    [InlineData("- {name: a, addresses: [192.0.2.1], profile: webb}", "f.yaml:3:46: 'services[].profile': unknown profile 'webb'; did you mean 'web'?")]
    [InlineData("- {name: a, addresses: [192.0.2.1], profile: printer}", "f.yaml:3:46: 'services[].profile': unknown profile 'printer'; known here: web, dns, vpn, mail, game, generic")]
    [InlineData("- {name: a, addresses: [192.0.2.1], floors: {udp: 1}}", "f.yaml:3:51: 'services[].floors.udp': the packet rate '1' has no unit; add one of pps, kpps, Mpps or Gpps, such as 2kpps")]
    [InlineData("- {name: a, addresses: [192.0.2.1], floors: {upd: 1pps}}", "f.yaml:3:46: unknown key 'upd' in 'services[].floors'; did you mean 'udp'?")]
    [InlineData("- a", "f.yaml:3:3: 'services[]' is a single value, and a section is needed; write keys with values under it: name, addresses, profile, floors, response")]
    [InlineData("- {name: a, addresses: [192.0.2.1]}\n- {name: a, addresses: [192.0.2.2]}", "f.yaml:4:10: service 'a' exists already, on line 3; give each a name of its own")]
    [InlineData("- {name: a, addresses: [192.0.2.0/24]}\n- {name: b, addresses: [192.0.2.2]}", "f.yaml:4:25: 192.0.2.2/32 of service 'b' overlaps 192.0.2.0/24 of service 'a' on line 3; give each address to one service")]
    [InlineData("- {name: a, addresses: [192.0.2.2]}\n- {name: b, addresses: [192.0.2.0/24]}", "f.yaml:4:25: 192.0.2.0/24 of service 'b' overlaps 192.0.2.2/32 of service 'a' on line 3; give each address to one service")]
    [InlineData("- {name: a, addresses: [192.0.2.2]}\n- {name: b, addresses: [192.0.2.2]}", "f.yaml:4:25: 192.0.2.2/32 of service 'b' overlaps 192.0.2.2/32 of service 'a' on line 3; give each address to one service")]
    [InlineData("- {name: a, addresses: ['::/0']}\n- {name: b, addresses: [192.0.2.2]}\n- {name: c, addresses: ['2001:db8::1']}", "f.yaml:5:25: 2001:db8::1/128 of service 'c' overlaps ::/0 of service 'a' on line 3; give each address to one service")]
    [InlineData("- {name: a, addresses: [192.0.2.0/24, 192.0.2.0/24, 192.0.2.0/25]}\n- {name: b, addresses: [192.0.2.1]}", "f.yaml:4:25: 192.0.2.1/32 of service 'b' overlaps 192.0.2.0/25 of service 'a' on line 3; give each address to one service")]
    public void Services_OneMistake_IsToldWithPlaceAndCure(string services, string message) =>
        Assert.Equal([message], Configurations.Messages(Configurations.Read($"version: 1\nservices:\n{services}\n")));

    [Theory]
    [InlineData("- {name: a}", "f.yaml:3:3: 'exporters[]' has no 'address'; add 'address: …' with an address")]
    [InlineData("- {name: a, address: 192.0.2.0/24}", "f.yaml:3:22: 'exporters[].address': '192.0.2.0/24' is a network, and one address is needed; write the address alone, such as 192.0.2.1")]
    [InlineData("- {name: a, address: edge}", "f.yaml:3:22: 'exporters[].address': 'edge' is no address or network; " + AddressCure)]
    [InlineData("- {name: a, address: 192.0.2.1, sampling: 0}", "f.yaml:3:43: 'exporters[].sampling': '0' is out of range; write 1 to 4294967295 (N of 1 in N packets)")]
    [InlineData("- {name: a, address: 192.0.2.1, sampling: '1:1000'}", "f.yaml:3:43: 'exporters[].sampling': '1:1000' is no whole number; write 1 to 4294967295 (N of 1 in N packets) in digits alone")]
    [InlineData("- {name: a, address: 192.0.2.1, domain: 4294967296}", "f.yaml:3:41: 'exporters[].domain': '4294967296' is out of range; write 0 to 4294967295 (observation domain)")]
    [InlineData("- {name: a, address: 192.0.2.1}\n- {name: a, address: 192.0.2.2}", "f.yaml:4:10: exporter 'a' exists already, on line 3; give each a name of its own")]
    [InlineData("- {name: a, address: 192.0.2.1}\n- {name: b, address: 192.0.2.1}", "f.yaml:4:22: exporter 192.0.2.1 has an entry already, on line 3; keep one of them, or give each its 'domain'")]
    [InlineData("- {name: a, address: 192.0.2.1, domain: 7}\n- {name: b, address: 192.0.2.1, domain: 7}", "f.yaml:4:22: exporter 192.0.2.1 domain 7 has an entry already, on line 3; keep one of them, or give each its 'domain'")]
    public void Exporters_OneMistake_IsToldWithPlaceAndCure(string exporters, string message) =>
        Assert.Equal([message], Configurations.Messages(Configurations.Read($"version: 1\nexporters:\n{exporters}\n")));

    [Theory]
    [InlineData("tokens")]
    [InlineData("public")]
    public void Key_OfALaterVersion_IsNotCalledUnknown(string key) => Assert.Equal(
        [$"f.yaml:2:1: '{key}' is not supported by this version of Breakwater; remove it until you use a version that has it"],
        Configurations.Messages(Configurations.Read($"version: 1\n{key}: {{anything: [at, all]}}\n")));

    [Theory]
    [InlineData("{mode: maybe}", "f.yaml:3:18: 'response.mode': unknown mode 'maybe'; known here: off, propose, automatic")]
    [InlineData("{maxDropped: 5}", "f.yaml:3:24: 'response.maxDropped': '5' has no %; write 0% to 100%, such as 1%")]
    [InlineData("{maxDropped: 101%}", "f.yaml:3:24: 'response.maxDropped': '101%' is out of range; write 0% to 100%")]
    [InlineData("{lease: 5s}", "f.yaml:3:19: 'response.lease': '5s' is out of range; write 10s to 5m")]
    [InlineData("{prefixes: [10.0.0.0/8]}", "f.yaml:3:23: 10.0.0.0/8 is too wide for filters; write networks of your own, at most as wide as a /16 (IPv4) or a /32 (IPv6)")]
    [InlineData("{routerId: '::1'}", "f.yaml:3:22: 'response.routerId': '::1' is no IPv4 address that a router can have; write it like 192.0.2.1")]
    [InlineData("{mode: automatic}", "f.yaml:3:11: mode is automatic, and there is nothing that would enforce a filter; add a router to 'response.peers' or an agent to 'response.hosts', or set 'mode: propose'")]
    [InlineData("{peers: [{name: r, address: 192.0.2.1, peerAs: 65002}]}", "f.yaml:3:11: 'response' has peers, and lacks 'asNumber' or 'routerId'; add both: the autonomous system and the identifier that Breakwater announces with")]
    [InlineData("{asNumber: 65001, routerId: 10.0.0.1, mode: automatic, peers: [{name: r, address: 192.0.2.1, peerAs: 65002, holdTime: 90s}]}", "f.yaml:3:129: this router would keep filters for 90s after Breakwater's end, longer than the lease of 1m, and mode is automatic; shorten 'holdTime', lengthen 'response.lease', or set 'mode: propose'")]
    [InlineData("{asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.1, peerAs: 65002, gracefulRestart: 61s}]}", "f.yaml:3:119: this router would keep filters for 61s after Breakwater's end, longer than the lease of 1m; shorten 'gracefulRestart': an upgrade takes seconds; or lengthen 'response.lease'")]
    [InlineData("{asNumber: 65001, routerId: 10.0.0.1, mode: automatic, peers: [{name: r, address: 192.0.2.1, peerAs: 65002, gracefulRestart: 52s}]}", "f.yaml:3:136: this router would keep filters for 61s after Breakwater's end, longer than the lease of 1m, and mode is automatic; shorten 'gracefulRestart' or 'holdTime', lengthen 'response.lease', or set 'mode: propose'")]
    [InlineData("{asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.1, peerAs: 65002, passwordFile: nowhere}]}", null)]
    [InlineData("{asNumber: 65001, routerId: 10.0.0.1, peers: [{name: r, address: 192.0.2.1, peerAs: 65002, localAddress: '::1'}]}", "f.yaml:3:116: ::1 is of another family than the peer's address 192.0.2.1; write an address of this machine of the same family")]
    [InlineData("{hosts: [{name: h}]}", "f.yaml:3:20: 'response.hosts[]' has no 'socket'; add 'socket: …' with the path of a socket")]
    [InlineData("{hosts: [{name: h, socket: run/a.sock}]}", "f.yaml:3:38: 'response.hosts[].socket': 'run/a.sock' is no full path of a socket; write the path from / on, as in the agent's --socket, such as /run/breakwater-agent/agent.sock")]
    [InlineData("{hosts: [{name: h, socket: /run/a.sock}, {name: h, socket: /run/b.sock}]}", "f.yaml:3:59: host 'h' exists already, on line 3; give each a name of its own")]
    [InlineData("{hosts: [{name: h, socket: /run/a.sock}, {name: i, socket: /run/a.sock}]}", "f.yaml:3:70: the agent on '/run/a.sock' stands here already, on line 3; remove one of both, or write the socket of another agent")]
    [InlineData("{maintenance: [{from: '22:00', to: '25:00'}]}", "f.yaml:3:46: 'response.maintenance[].to': '25:00' is no time of the day; write hours and minutes in UTC, such as 22:30")]
    [InlineData("{maintenance: [{from: '22:00', to: '22:00'}]}", "f.yaml:3:46: the window ends when it begins; write another time; 00:00 to 23:59 is a whole day but its last minute")]
    public void Response_OneMistake_IsToldWithPlaceAndCure(string response, string? message)
    {
        var told = Configurations.Messages(Configurations.Read($"version: 1\nallow: []\nresponse: {response}\n")).ToList();
        if (message is not null)
            Assert.Equal([message], told);
        else
            Assert.Contains("cannot be read; put a file there", Assert.Single(told), StringComparison.Ordinal);
    }

    /// <summary>What goes together is no mistake: a service's own mode, and a key of a router that is never told.</summary>
    [Fact]
    public void Response_ThatGoesTogether_IsRead()
    {
        var config = Configurations.Good("""
            version: 1
            services:
              - {name: web, addresses: [203.0.113.0/24], response: {mode: automatic, maxDropped: 2.5%}}
              - {name: dns, addresses: [192.0.2.0/24]}
            response:
              asNumber: 65001
              routerId: 10.0.0.1
              lease: 30s
              peers: [{name: r, address: 192.0.2.1, peerAs: 65002, password: a secret, holdTime: 30s}]
            """);
        Assert.Equal(["192.0.2.0/24", "203.0.113.0/24"], config.Response.Prefixes.Select(static prefix => prefix.ToString()));
        Assert.Equal(["Propose 1", "Automatic 2.5"], config.Services.Select(static service => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{service.Response.Mode} {service.Response.MaxDroppedPercent}")));
        Assert.DoesNotContain("a secret", System.Text.Encoding.UTF8.GetString(Breakwater.Configuration.ConfigHash.Canonical(config)), StringComparison.Ordinal);
        var alone = Configurations.Good("version: 1\nservices: [{name: web, addresses: [203.0.113.7]}]\nresponse: {mode: automatic, hosts: [{name: i, socket: /run/b.sock}, {name: h, socket: /run/a.sock}]}\n").Response;
        Assert.Equal((Breakwater.Configuration.ResponseMode.Automatic, 0, "h /run/a.sock, i /run/b.sock"), (alone.Policy.Mode, alone.Peers.Length, string.Join(", ", alone.Hosts.Select(static host => $"{host.Name} {host.Socket}"))));
        Assert.Contains("'response.hosts[].socket': the path is longer than the 107 octets that a socket can have; have the agent make its socket in a folder with a shorter path",
            Assert.Single(Configurations.Messages(Configurations.Read($"version: 1\nresponse: {{hosts: [{{name: h, socket: /{new string('a', 107)}}}]}}\n"))), StringComparison.Ordinal);
        Assert.Equal(107, Configurations.Good($"version: 1\nresponse: {{hosts: [{{name: h, socket: /{new string('a', 106)}}}]}}\n").Response.Hosts[0].Socket.Length);
        Assert.Equal(["f.yaml:3:63: mode is automatic, and there is nothing that would enforce a filter; add a router to 'response.peers' or an agent to 'response.hosts', or set 'mode: propose'"],
            Configurations.Messages(Configurations.Read("version: 1\nservices:\n- {name: a, addresses: [203.0.113.7], profile: web, response: {mode: automatic}}\n")));
    }

    [Fact]
    public void File_ManyMistakes_AreToldAtOnceInTheOrderOfTheFile()
    {
        const string text = """
            version: 2
            detection:
              floors: {udp: 5Mbps, syn: 500}
              quiet: 30
            servces: []
            services:
              - name: b
                addresses: [192.0.2.0/24, 10.0.0.1/8]
              - name: b
                addresses: [192.0.2.7]
            public: {}
            allow: *everybody
            """;
        Assert.Equal(
            [
                "f.yaml:1:10: 'version': version '2' of the configuration is not known to this version of Breakwater; write 1",
                "f.yaml:3:17: 'detection.floors.udp': '5Mbps' is a bit rate, and a packet rate is needed; use pps, kpps, Mpps or Gpps, such as 2kpps",
                "f.yaml:3:29: 'detection.floors.syn': the packet rate '500' has no unit; add one of pps, kpps, Mpps or Gpps, such as 500pps",
                "f.yaml:4:10: 'detection.quiet': the duration '30' has no unit; add one of ms, s, m, h or d, such as 1m",
                "f.yaml:5:1: unknown key 'servces'; did you mean 'services'?",
                "f.yaml:8:31: an item of 'services[].addresses': '10.0.0.1/8' has host bits set; write the network 10.0.0.0/8, or the single address 10.0.0.1",
                "f.yaml:9:11: service 'b' exists already, on line 7; give each a name of its own",
                "f.yaml:10:17: 192.0.2.7/32 of service 'b' overlaps 192.0.2.0/24 of service 'b' on line 8; give each address to one service",
                "f.yaml:11:1: 'public' is not supported by this version of Breakwater; remove it until you use a version that has it",
                "f.yaml:12:8: the alias *everybody is not accepted; write the value out",
            ],
            Configurations.Messages(Configurations.Read(text)));
    }

    [Fact]
    public void Detector_WhenNoneCanBeSwitchedOff_IsToldSo()
    {
        var result = Breakwater.Configuration.ConfigLoader.Read("f.yaml", "version: 1\ndetection: {off: [carpet]}"u8, new Dictionary<string, string>(StringComparer.Ordinal), []);
        Assert.Equal(["f.yaml:2:19: unknown detector 'carpet'; remove it: no detector of this version can be switched off"], Configurations.Messages(result));
    }
}
