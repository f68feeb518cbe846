using System.Collections.Immutable;
using System.Net.Sockets;
using Breakwater.Configuration;

namespace Breakwater.Notify;

/// <summary>The receivers of a configuration.</summary>
internal static class Receivers
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static ImmutableArray<IReceiver> Of(NotifyConfig config, TimeProvider time) =>
    [
        .. config.Webhooks.Select(webhook => new WebhookReceiver(webhook, time)),
        .. config.Mail is { } mail ? [new MailReceiver(mail, time)] : ImmutableArray<IReceiver>.Empty,
        .. config.Syslog.Select(target => new SyslogReceiver(target, Environment.MachineName, Environment.ProcessId, time)),
        .. config.Alertmanagers.Select(url => new AlertmanagerReceiver(url, time)),
    ];

    /// <summary>Runs an attempt within its time; what goes wrong with a connection is worth another one.</summary>
    public static async Task<Delivery> Attempt(Func<CancellationToken, Task<Delivery>> attempt, TimeProvider time, CancellationToken abort)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, abort);
        try
        {
            return await attempt(end.Token);
        }
        catch (OperationCanceledException)
        {
            return Delivery.Later(abort.IsCancellationRequested ? "was ended, because Breakwater stops" : FormattableString.Invariant($"did not answer within {Patience.TotalSeconds} s"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return Delivery.Later($"cannot be reached: {NoticeText.Line(error.InnerException?.Message ?? error.Message)}");
        }
    }
}
