using System.Text;
using Breakwater.Configuration;
using Breakwater.Configuration.Import;
using Breakwater.Tests.Incidents;
using Breakwater.Wire;

namespace Breakwater.Tests.Configuration.Import;

/// <summary>FastNetMon configurations, written by hand, and what becomes of them. Every text that is written is a good configuration.</summary>
public sealed class FastNetMonImportTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public void File_OfARouterCollector_BecomesListenServicesAndFloors()
    {
        File("networks", "10.10.0.0/16\n# a comment\n\n2001:db8::/32\r\n");
        var (config, notes) = Import("""
            netflow = on
            netflow_port = 2055,2056
            netflow_host = 192.0.2.1
            sflow = on
            sflow_host = ::
            threshold_pps = 20000
            threshold_mbps = 1000
            ban_for_udp_pps = on
            threshold_udp_pps = 5000
            threshold_tcp_pps = 7
            networks_list_path = @networks
            """);
        Assert.Equal(["0.0.0.0:6343", "192.0.2.1:2055", "192.0.2.1:2056", "[::]:6343"], config.Listen.Telemetry.Select(endpoint => endpoint.ToString()).Order(StringComparer.Ordinal));
        var service = Assert.Single(config.Services);
        Assert.Equal(("networks", "10.10.0.0/16 2001:db8::/32"), (service.Name, string.Join(' ', service.Addresses)));
        var floors = config.Detection.Floors;
        // The lowest of the thresholds that are on: of TCP none of its own is.
        Assert.Equal((20_000, 5_000, 5_000, 20_000, 1_000_000_000L), (floors.Syn, floors.Udp, floors.Amplification, floors.Fragments, floors.VolumeBitsPerSecond));
        Assert.Equal(floors, service.Floors);
        Assert.Equal(["f.conf: FastNetMon reads telemetry of anybody, Breakwater that of its exporters alone: name your routers under 'exporters', or import again with --exporter ADDRESS"], notes);
    }

    [Fact]
    public void Groups_AndWhiteList_ShareNoAddressWithTheNetworks()
    {
        File("networks", "192.0.2.0/24\n192.0.2.0/25\n");
        File("white", "192.0.2.128/26\n198.51.100.9\n");
        var (config, notes) = Import("""
            hostgroup = web servers:192.0.2.8/32, 192.0.2.16/28
            hostgroup = dns:192.0.2.17/32
            dns_ban_for_pps = on
            dns_threshold_pps = 100000
            dns_ban_for_flows = on
            networks_list_path = @networks
            white_list_path = @white
            """, Address.Parse("192.0.2.250"));
        Assert.Equal(["dns", "networks", "web-servers"], config.Services.Select(service => service.Name));
        Assert.Equal("192.0.2.17/32", string.Join(' ', config.Services[0].Addresses));
        Assert.Equal((100_000, 500), (config.Services[0].Floors.Syn, config.Services[2].Floors.Syn));
        Assert.Equal("192.0.2.8/32 192.0.2.16/32 192.0.2.18/31 192.0.2.20/30 192.0.2.24/29", string.Join(' ', config.Services[2].Addresses));
        Assert.Equal("192.0.2.0/29 192.0.2.9/32 192.0.2.10/31 192.0.2.12/30 192.0.2.32/27 192.0.2.64/26 192.0.2.192/26", string.Join(' ', config.Services[1].Addresses));
        Assert.Equal("198.51.100.9/32", string.Join(' ', config.Allow));
        Assert.Equal("router-1 192.0.2.250", $"{config.Exporters[0].Name} {config.Exporters[0].Address}");
        Assert.Contains("f.conf:1: the group 'web servers' is the service 'web-servers'", notes);
        Assert.Contains(notes, note => note.StartsWith("f.conf:5: 'dns_ban_for_flows' has no counterpart", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.StartsWith("f.conf:1: no threshold of the group", StringComparison.Ordinal));
    }

    [Fact]
    public void Script_WithoutBans_OrAbsent_IsLeftOut()
    {
        Assert.Equal(["/bin/sh"], Import("notify_script_path = /bin/sh\n").Config.Notify.Scripts);
        var (config, notes) = Import("notify_script_path = /bin/sh\nenable_ban = off\n");
        Assert.Empty(config.Notify.Scripts);
        Assert.Contains(notes, note => note.StartsWith("f.conf:2: 'enable_ban' is off", StringComparison.Ordinal));
        (config, notes) = Import("notify_script_path = /nonexistent/notify.sh\n");
        Assert.Empty(config.Notify.Scripts);
        Assert.Contains("f.conf:1: the script '/nonexistent/notify.sh' is no file on this machine: it is left out of 'notify.scripts'", notes);
    }

    [Fact]
    public void Sampling_StandsAtEachExporter()
    {
        var (config, _) = Import("netflow_sampling_ratio = 1000\n", Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1"), Address.Parse("192.0.2.1"));
        Assert.Equal(["192.0.2.1 1000", "2001:db8::1 1000"], config.Exporters.Select(exporter => $"{exporter.Address} {exporter.Sampling}"));
        Assert.Null(Import("netflow_sampling_ratio = 1\n", Address.Parse("192.0.2.1")).Config.Exporters[0].Sampling);
    }

    [Theory]
    [InlineData("gobgp = on\ngobgp_next_hop = 0.0.0.0\n", "f.conf:1: 'gobgp' has no counterpart in the configuration: ")]
    [InlineData("graphite = yes\ngraphite_host = 127.0.0.1\n", "f.conf:1: 'graphite' has no counterpart in the configuration: ")]
    [InlineData("mirror_afpacket = on\n", "f.conf:1: 'mirror_afpacket' has no counterpart in the configuration: ")]
    [InlineData("ban_time = 1900\n", "f.conf:1: 'ban_time' has no counterpart: ")]
    [InlineData("process_outgoing_traffic = off\n", "f.conf:1: 'process_outgoing_traffic' off has no counterpart: ")]
    [InlineData("ban_for_tcp_bandwidth = on\n", "f.conf:1: 'ban_for_tcp_bandwidth' has no counterpart: ")]
    [InlineData("\n# x\nwether = fine\n", "f.conf:3: 'wether' is not known to this version of Breakwater, and left out")]
    [InlineData("threshold_pps = 5\nthreshold_pps = 6\n", "f.conf:1: 'threshold_pps' is given again on line 2, and the last one counts")]
    public void Key_WithoutACounterpart_IsTold(string text, string note) => Assert.Contains(Import(text).Notes, told => told.StartsWith(note, StringComparison.Ordinal));

    [Theory]
    [InlineData("gobgp = off\ngobgp_next_hop = 0.0.0.0\ngraphite_host = 127.0.0.1\nlogging:logging_level = info\nlogging:local_syslog_logging = off\nmy_hosts_threshold_pps = 5\n")]
    [InlineData("process_outgoing_traffic = on\nsort_parameter = packets\nban_for_tcp_bandwidth = off\nunban_only_if_attack_finished = on\n")]
    public void Key_WithoutEffect_IsNotTold(string text) => Assert.Equal(2, Import(text).Notes.Count(note => !note.Contains("networks_list_path", StringComparison.Ordinal)));

    [Fact]
    public void File_WithMistakes_TellsAllWithTheirLines()
    {
        File("networks", "10.0.0.0/8\n\nten\n10.0.0.0/33\n");
        var findings = new ImportFindings();
        var text = FastNetMonImport.Run(File("f.conf", $"""
            a b c
            threshold_pps = many
            netflow_port = 2055,99999
            netflow_host = localhost
            hostgroup = x
            hostgroup = y:1.2.3
            ban_for_pps = maybe
            enable_ban =
            networks_list_path = {_folder.File("networks")}
            white_list_path = /nonexistent/white
            notify_script_path = notify.sh -v
            """), new ImportOptions(null, null, []), findings);
        Assert.Null(text);
        Assert.Equal(
            [
                "f.conf:1: 'a b c' is no 'key = value'",
                "f.conf:2: 'threshold_pps' is 'many', and a whole number from 1 to 1000000000 is needed",
                "f.conf:3: 'netflow_port': '99999' is no port",
                "f.conf:4: 'netflow_host': 'localhost' is no address",
                "f.conf:5: 'hostgroup': 'x' is no NAME:NETWORK,NETWORK",
                "f.conf:6: '1.2.3' is no network",
                "f.conf:7: 'ban_for_pps' is 'maybe', and on or off is needed",
                "f.conf:8: 'enable_ban' has no value",
                "f.conf:11: 'notify_script_path': 'notify.sh -v' is no full path",
                "networks:3: 'ten' is no network",
                "networks:4: '10.0.0.0/33' is no network",
            ],
            findings.Mistakes.Select(Short));
    }

    [Fact]
    public void File_OfHostileText_StaysInComments()
    {
        var (config, notes) = Import("a\u001b[31mb = 1\nhostgroup = x\u0085y\u2028z:192.0.2.1\nhostgroup = u\u0007:192.0.2.2\nu\u0007_enable_ban = off\nu\u0007_ban_for_flows = on\n");
        Assert.Equal(["u-", "x-y-z"], config.Services.Select(service => service.Name));
        Assert.True(notes.Count > 5);
        Assert.DoesNotContain(notes, note => note.Any(char.IsControl) || note.Contains('\u2028', StringComparison.Ordinal));
    }

    [Fact]
    public void File_OfEndlessText_IsRefused()
    {
        var findings = new ImportFindings();
        Assert.Null(FastNetMonImport.Run("/dev/zero", new ImportOptions(null, null, []), findings));
        Assert.Equal(["/dev/zero: '/dev/zero' is longer than 1 MiB, and no such list"], findings.Mistakes.Select(mistake => mistake.ToString()));
    }

    [Fact]
    public void File_OfManyUnknownKeys_TellsSomeAndCountsTheRest()
    {
        var findings = new ImportFindings();
        var text = FastNetMonImport.Run(File("f.conf", string.Concat(Enumerable.Range(0, 20_000).Select(number => $"unknown_{number} = 1\n"))), new ImportOptions(null, null, []), findings)!;
        Assert.Equal(ImportFindings.MaximumKept, findings.Notes.Length);
        Assert.True(findings.LeftOut > 19_000);
        Assert.Contains($"# - and {findings.LeftOut} more\n", text, StringComparison.Ordinal);
        Configurations.Good(text);
    }

    [Fact]
    public void Lists_OfTooManyNetworks_AreRefusedAndThoseOfAsManyAreNot()
    {
        string Networks(int count) => string.Concat(Enumerable.Range(0, count).Select(number => $"2001:db8:0:{number:x}:1111:2222:3333:4444/128\n"));
        File("networks", Networks(PrefixSet.MaximumNetworks));
        Assert.Equal(PrefixSet.MaximumNetworks, Import("networks_list_path = @networks\n").Config.Services[0].Addresses.Length);
        File("networks", Networks(PrefixSet.MaximumNetworks + 1));
        var findings = new ImportFindings();
        Assert.Null(FastNetMonImport.Run(File("f.conf", $"networks_list_path = {_folder.File("networks")}\n"), new ImportOptions(null, null, []), findings));
        Assert.Equal(["f.conf:1: more than 8192 networks in all lists together"], findings.Mistakes.Select(Short));
    }

    /// <summary>Any text: an answer, no exception, and what is written is a good configuration.</summary>
    [Fact]
    public void File_OfRandomLines_GivesAnAnswer()
    {
        var random = new Random(7);
        string[] words = ["hostgroup", "netflow_port", "threshold_pps", "netflow", "=", " = ", "on", "off", "a:1.2.3.0/24", "a:::/0,", "1", "-1", "65536", "\r", "\t", "\0", "é", "#", "sflow_host", "::", "'", "\"", "{"];
        for (var round = 0; round < 2_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(4) == 0 ? "\n" : words[random.Next(words.Length)]));
            var findings = new ImportFindings();
            if (FastNetMonImport.Run(File("f.conf", text), new ImportOptions(null, null, []), findings) is { } written)
                Configurations.Good(written);
            else
                Assert.NotEmpty(findings.Mistakes);
        }
    }

    public void Dispose() => _folder.Dispose();

    private (BreakwaterConfig Config, List<string> Notes) Import(string text, params Address[] exporters)
    {
        var findings = new ImportFindings();
        var path = File("f.conf", text.Replace("@", _folder.Path + "/", StringComparison.Ordinal));
        var written = FastNetMonImport.Run(path, new ImportOptions(null, null, [.. exporters]), findings);
        Assert.Equal([], findings.Mistakes.Select(Short));
        return (Configurations.Good(written!), [.. findings.Notes.Select(Short)]);
    }

    private string Short(ImportFinding finding) => finding.ToString().Replace(_folder.Path + "/", "", StringComparison.Ordinal);

    private string File(string name, string text)
    {
        System.IO.File.WriteAllText(_folder.File(name), text, new UTF8Encoding(false));
        return _folder.File(name);
    }
}
