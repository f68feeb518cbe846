namespace Breakwater.Telemetry.Live;

/// <summary>One syslog input: datagrams or connections. Used by the thread that reads logs.</summary>
internal interface ISyslogSocket : IDisposable
{
    SyslogCounts Counts { get; }

    /// <summary>Where it listens, with the port that the kernel chose.</summary>
    System.Net.EndPoint Address { get; }

    /// <summary>Adds what is to be waited for.</summary>
    void AddTo(List<LibC.PollEntry> entries);

    /// <summary>Takes what waits, up to a bound.</summary>
    /// <returns>True when more may wait.</returns>
    bool Receive(ReceiveBatch batch, long now);
}
