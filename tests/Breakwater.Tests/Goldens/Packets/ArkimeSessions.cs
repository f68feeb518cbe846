using System.Text.Json;
using Breakwater.Wire;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Arkime's session JSON: packets and bytes of each direction.</summary>
internal static class ArkimeSessions
{
    /// <summary>The golden beside a capture, or null.</summary>
    public static string? Beside(string capture)
    {
        var path = Path.ChangeExtension(capture, ".test");
        return File.Exists(path) && File.ReadAllText(path).Contains("\"sessions3\"", StringComparison.Ordinal) ? path : null;
    }

    public static (Dictionary<FlowKey, Traffic> Flows, Traffic Total) Read(string path)
    {
        var flows = new Dictionary<FlowKey, Traffic>();
        var total = default(Traffic);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var session in document.RootElement.GetProperty("sessions3").EnumerateArray())
        {
            var body = session.GetProperty("body");
            var protocol = body.GetProperty("ipProtocol").GetByte();
            var (source, sent) = End(body.GetProperty("source"));
            var (destination, received) = End(body.GetProperty("destination"));
            FlowTable.Add(flows, new FlowKey(protocol, source.Address, source.Port, destination.Address, destination.Port), sent);
            FlowTable.Add(flows, new FlowKey(protocol, destination.Address, destination.Port, source.Address, source.Port), received);
            total += Counters(body.GetProperty("network"));
        }

        return (flows, total);
    }

    private static ((Address Address, ushort Port) End, Traffic Sent) End(JsonElement end) =>
        ((Address.Parse(end.GetProperty("ip").GetString()!), end.GetProperty("port").GetUInt16()), Counters(end));

    private static Traffic Counters(JsonElement element) =>
        new(element.GetProperty("packets").GetInt64(), element.GetProperty("bytes").GetInt64());
}
