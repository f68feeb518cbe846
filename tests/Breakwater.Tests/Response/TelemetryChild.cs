using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Response;

/// <summary>
/// A router that tells of made traffic, as a process of its own beside the engine: datagrams on loopback only. Quiet traffic of many clients goes to
/// each of the hosts 10.N.0.7; an attack of replies of time servers goes to those whose number stands in the file "attacked".
/// </summary>
public sealed class TelemetryChild
{
    public const int Hosts = 24;
    private const string FolderVariable = "BREAKWATER_TELEMETRY_FOLDER";
    private const string StepVariable = "BREAKWATER_TELEMETRY_STEP";
    private const int StepMilliseconds = 10;
    private const int QuietPackets = 30;
    private const int AttackPackets = 60;
    private const int Clients = 20_000;

    /// <summary>No test by itself.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child of the other tests");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, 6343));
        var random = new Random(7);
        var (sequence, started, buffer) = (0u, new HashSet<int>(), new byte[60_000]);
        var milliseconds = int.Parse(Environment.GetEnvironmentVariable(StepVariable)!, CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        for (var step = 1L; !File.Exists(Path.Combine(folder!, "silence")); step++)
        {
            Send(socket, buffer, sequence++, QuietPackets, () => Quiet(random));
            foreach (var host in await Attacked(folder!))
            {
                if (started.Add(host))
                    await File.WriteAllTextAsync(Path.Combine(folder!, string.Create(CultureInfo.InvariantCulture, $"started-{host}")), Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture));
                Send(socket, buffer, sequence++, AttackPackets, () => Reply(random, host));
            }

            if (TimeSpan.FromMilliseconds(step * milliseconds) - watch.Elapsed is var left && left > TimeSpan.Zero)
                await Task.Delay(left, TimeProvider.System);
        }
    }

    /// <param name="space">Where the engine is.</param>
    /// <param name="stepMilliseconds">Time from one step to the next; each step has the same packets.</param>
    internal static Process Start(RouterNamespace space, int stepMilliseconds = StepMilliseconds) => space.StartSpeaker(
        "telemetry",
        new Dictionary<string, string>(StringComparer.Ordinal) { [FolderVariable] = space.Folder, [StepVariable] = stepMilliseconds.ToString(CultureInfo.InvariantCulture) },
        Path.ChangeExtension(typeof(TelemetryChild).Assembly.Location, null), "-noLogo", "-explicit", "only", "-method", $"{typeof(TelemetryChild).FullName}.{nameof(Child)}");

    /// <summary>Says who is attacked from now on.</summary>
    internal static void Attack(RouterNamespace space, params int[] hosts)
    {
        File.WriteAllText(space.PathOf("attacked.new"), string.Join(' ', hosts));
        File.Move(space.PathOf("attacked.new"), space.PathOf("attacked"), overwrite: true);
    }

    private static async Task<IEnumerable<int>> Attacked(string folder)
    {
        var path = Path.Combine(folder, "attacked");
        return File.Exists(path) ? (await File.ReadAllTextAsync(path)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static host => int.Parse(host, CultureInfo.InvariantCulture)) : [];
    }

    private static SflowIp Quiet(Random random)
    {
        var (number, host, isAnswer) = ((uint)random.Next(Clients), HostOf(random.Next(Hosts)), random.Next(2) == 0);
        var client = Address.FromIPv4(0x64400000u + (number * 251));
        return new SflowIp
        {
            Length = (uint)random.Next(60, 1_400),
            Protocol = 6,
            Source = isAnswer ? host : client,
            Destination = isAnswer ? client : host,
            SourcePort = isAnswer ? 443 : 20_000 + (number % 40_000),
            DestinationPort = isAnswer ? 20_000 + (number % 40_000) : 443,
            TcpFlags = 0x10,
        };
    }

    private static SflowIp Reply(Random random, int host) => new()
    {
        Length = 468,
        Protocol = 17,
        Source = Address.FromIPv4(0x0B000000u + ((uint)random.Next(4_000) * 4_099)),
        Destination = HostOf(host),
        SourcePort = 123,
        DestinationPort = (uint)random.Next(1_024, 65_536),
    };

    private static Address HostOf(int host) => Address.FromIPv4(0x0A000007u + ((uint)host << 16));

    private static void Send(Socket socket, byte[] buffer, uint sequence, int count, Func<SflowIp> packet)
    {
        var writer = new SflowWriter(buffer, new SflowDatagram { Agent = Address.Parse("127.0.0.1"), HasAgent = true, SequenceNumber = sequence, UptimeMilliseconds = sequence });
        for (var index = 0; index < count; index++)
        {
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = (sequence * 1_000) + (uint)index,
                Source = new SflowSource(0, 1),
                SamplingRate = 1,
                Input = new SflowInterface(SflowInterfaceFormat.Index, 1),
                Output = new SflowInterface(SflowInterfaceFormat.Index, 2),
            });
            writer.WriteIp(packet());
            writer.EndSample();
        }

        try
        {
            socket.Send(writer.Written);
        }
        catch (SocketException)
        {
            // Nobody listens just now.
        }
    }
}
