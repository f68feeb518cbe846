using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Notify;

/// <summary>A collector of log lines: RFC 5424, over UDP (RFC 5426), over TCP with octet counting (RFC 6587 §3.4.1), or a local socket. A line for each attack.</summary>
internal sealed class SyslogReceiver(SyslogTarget target, string host, int processId, TimeProvider time) : IReceiver
{
    /// <summary>Longest line; receivers take 2,048 octets at least where they should (RFC 5424 §6.1).</summary>
    public const int MaximumLineBytes = 2_048;

    private const int Facility = 3; // system daemons
    private const int Alert = 1;
    private const int Warning = 4;
    private const int Notification = 5;
    private const int LongestHost = 255;

    public string Name => $"syslog {target}";

    public object Settings => target;

    public bool KeepsState => false;

    public Task<Delivery> Deliver(Notice notice, CancellationToken abort) => Receivers.Attempt(end => Send([.. notice.Items.Select(item => Line(notice, item))], end), time, abort);

    /// <summary>PRI, version, time, host, name, process, kind; the incident as structured data, under the number of examples (RFC 5612); the sentence in UTF-8.</summary>
    internal byte[] Line(Notice notice, NoticeItem item)
    {
        var priority = (Facility * 8) + (notice.Kind switch { NoticeKind.End => Notification, NoticeKind.Hurt => Warning, _ => Alert });
        var header = string.Create(
            CultureInfo.InvariantCulture, $"<{priority}>1 {NoticeText.Time(notice.At)} {Name255(host)} breakwater {processId} {NoticeText.Of(notice.Kind)} [breakwater@32473 incident=\"{Value(item.IncidentId)}\" target=\"{Value(item.Target)}\"{(item.Service is { } service ? $" service=\"{Value(service)}\"" : "")}] ");
        byte[] line = [.. Encoding.UTF8.GetBytes(header), .. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(NoticeText.Line(item.Sentence))];
        if (line.Length <= MaximumLineBytes)
            return line;
        // Cut between characters: a continuation octet is 10xxxxxx.
        var length = MaximumLineBytes;
        while ((line[length] & 0xC0) == 0x80)
            length--;
        return line[..length];
    }

    private async Task<Delivery> Send(byte[][] lines, CancellationToken end)
    {
        using var socket = await Connect(end);
        foreach (var line in lines)
        {
            var sent = target.Transport == CollectorTransport.Tcp ? [.. Encoding.ASCII.GetBytes(line.Length.ToString(CultureInfo.InvariantCulture) + " "), .. line] : line;
            await socket.SendAsync(sent, end);
        }

        if (target.Transport == CollectorTransport.Tcp)
            socket.Shutdown(SocketShutdown.Send);
        return Delivery.Done;
    }

    private async Task<Socket> Connect(CancellationToken end)
    {
        var isUnix = target.Transport == CollectorTransport.Unix;
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
            : target.Transport == CollectorTransport.Udp ? new Socket(SocketType.Dgram, ProtocolType.Udp) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(isUnix ? new UnixDomainSocketEndPoint(target.Host) : new DnsEndPoint(target.Host, target.Port), end);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Name255(string host) =>
        host.Length > 0 && host.All(static c => c is > ' ' and < (char)127) ? host[..Math.Min(host.Length, LongestHost)] : "-";

    // In a value ", \ and ] are escaped (RFC 5424 §6.3.3).
    private static string Value(string text) => NoticeText.Line(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
}
