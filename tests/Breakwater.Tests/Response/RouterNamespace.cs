using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Breakwater.Tests.Response;

/// <summary>Two network namespaces and a cable between them: a router at 10.99.0.2, the speaker at 10.99.0.1. Nothing else is in reach of either.</summary>
internal sealed class RouterNamespace : IDisposable
{
    public const string RouterAddress = "10.99.0.2";
    public const string SpeakerAddress = "10.99.0.1";
    private static int _number;
    private readonly string _speaker;
    private readonly string _router;
    private readonly List<Process> _processes = [];

    private RouterNamespace()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bw{Environment.ProcessId}x{Interlocked.Increment(ref _number)}");
        (_speaker, _router) = (name + "s", name + "r");
        Folder = Directory.CreateTempSubdirectory("breakwater-router-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Folder, (UnixFileMode)Convert.ToInt32("777", 8));
    }

    /// <summary>Name of the router's namespace; its end of the cable is <c>v1</c>.</summary>
    public string Router => _router;

    /// <summary>Name of the speaker's namespace; its end of the cable is <c>v0</c>.</summary>
    public string Speaker => _speaker;

    /// <summary>For configurations, sockets and logs; other users may write there.</summary>
    public string Folder { get; }

    /// <summary>Makes the namespaces, or skips the test: a stranger's machine may have neither the programs nor the right.</summary>
    public static RouterNamespace Make(params string[] programs)
    {
        foreach (var program in programs)
            Assert.SkipUnless(Find(program) is not null, $"{program} absent: ./test installs it only as root");
        Assert.SkipUnless(Environment.UserName == "root", "no network namespaces: needs root");
        var made = new RouterNamespace();
        try
        {
            var (code, output) = made.TryRun("ip", "netns", "add", made._speaker);
            Assert.SkipUnless(code == 0, $"no network namespaces: needs root ({output.Trim()})");
            made.Run("ip", "netns", "add", made._router);
            made.Run("ip", "link", "add", "v0", "netns", made._speaker, "type", "veth", "peer", "name", "v1", "netns", made._router);
            foreach (var (space, device, address) in new[] { (made._speaker, "v0", SpeakerAddress), (made._router, "v1", RouterAddress) })
            {
                made.Run("ip", "-n", space, "addr", "add", address + "/24", "dev", device);
                made.Run("ip", "-n", space, "link", "set", "lo", "up");
                made.Run("ip", "-n", space, "link", "set", device, "up");
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>The full path of a program; null where it is not installed.</summary>
    public static string? Find(string program) =>
        program.StartsWith('/') ? (File.Exists(program) ? program : null)
        : (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Starts a daemon beside the router's end of the cable; its output goes to NAME.log in the folder.</summary>
    public Process StartRouter(string name, params string[] command) => Start(_router, name, [], command);

    /// <summary>Starts a program beside the speaker's end.</summary>
    public Process StartSpeaker(string name, Dictionary<string, string> environment, params string[] command) => Start(_speaker, name, environment, command);

    /// <summary>What a program says when it runs beside the router.</summary>
    public string Ask(params string[] command) => TryRun("ip", ["netns", "exec", _router, .. command]).Output;

    /// <summary>What a program says when it runs beside the speaker.</summary>
    public string AskSpeaker(params string[] command) => TryRun("ip", ["netns", "exec", _speaker, .. command]).Output;

    /// <summary>Takes the speaker's end of the cable away or gives it back.</summary>
    public void SetCable(bool isUp) => Run("ip", "-n", _speaker, "link", "set", "v0", isUp ? "up" : "down");

    /// <summary>Waits until the router's word fulfils a condition; fails with its last word.</summary>
    public string Await(string what, TimeSpan patience, Func<string> ask, Func<string, bool> isFulfilled)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var said = ask();
            if (isFulfilled(said))
                return said;
            Assert.True(watch.Elapsed < patience, $"{what}: not within {patience.TotalSeconds} s; last word:\n{said}\n{Logs()}");
            Thread.Sleep(TimeSpan.FromMilliseconds(100));
        }
    }

    public string Logs()
    {
        var text = new StringBuilder();
        foreach (var log in Directory.GetFiles(Folder, "*.log"))
            text.AppendLine(Path.GetFileName(log)).AppendLine(string.Join('\n', File.ReadLines(log).TakeLast(15)));
        return text.ToString();
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(5_000);
            process.Dispose();
        }

        foreach (var space in new[] { _speaker, _router })
            TryRun("ip", "netns", "del", space);
        Directory.Delete(Folder, recursive: true);
    }

    private Process Start(string space, string name, Dictionary<string, string> environment, string[] command)
    {
        // exec: the process that is known here is the daemon itself, and a kill meets it.
        var line = $"exec ip netns exec {space} {string.Join(' ', command.Select(static word => $"'{word}'"))} >'{PathOf(name + ".log")}' 2>&1";
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { UseShellExecute = false };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    private void Run(string program, params string[] arguments)
    {
        var (code, output) = TryRun(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {output}");
    }

    private (int Code, string Output) TryRun(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(program) ?? program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
