using System.Globalization;
using System.Net;
using Breakwater.Telemetry.Live;

namespace Breakwater.Bench;

/// <summary>What receiving costs at least: datagrams are taken as `serve` takes them, in the same batches after the same waits, and thrown away. On loopback, for ten minutes at most.</summary>
internal static class ReceiveFloor
{
    private const int MostSeconds = 600;

    // As long as a receiver of serve waits when its sockets are empty.
    private const int WaitMilliseconds = 10;

    /// <param name="words">The port.</param>
    public static int Execute(IReadOnlyList<string> words)
    {
        if (words is not [var text] || !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            Console.Error.WriteLine("usage: sink PORT");
            return 2;
        }

        using var socket = new DatagramSocket(new IPEndPoint(IPAddress.Loopback, port));
        using var batch = new ReceiveBatch();
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started).TotalSeconds < MostSeconds)
        {
            if (batch.Receive(socket.Descriptor) < ReceiveBatch.Capacity)
                Thread.Sleep(WaitMilliseconds);
        }

        return 0;
    }
}
