using System.Text;
using Breakwater.Configuration;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Breakwater.Notify;

/// <summary>Mail over SMTP. Certificates are checked; without TLS nothing is sent unless the configuration says so.</summary>
internal sealed class MailReceiver(MailConfig config, TimeProvider time) : IReceiver
{
    private const int FirstPermanentReply = 500;

    public string Name => $"mail {config.Server}";

    public object Settings => config;

    public bool KeepsState => false;

    public Task<Delivery> Deliver(Notice notice, CancellationToken abort)
    {
        byte[] password = [];
        if (config.Password?.Read(out password) is { } fault)
            return Task.FromResult(Delivery.Later($"gets nothing: {fault}"));
        return Receivers.Attempt(end => Send(notice, Encoding.UTF8.GetString(password), end), time, abort);
    }

    internal MimeMessage Message(Notice notice)
    {
        var message = new MimeMessage
        {
            Subject = NoticeText.Line(notice.Subject),
            Date = notice.At,
            MessageId = $"{notice.Id}@breakwater.invalid",
            Body = new TextPart("plain") { Text = NoticeText.Body(notice) },
        };
        message.From.Add(MailboxAddress.Parse(config.From));
        message.To.AddRange(config.To.Select(static to => MailboxAddress.Parse(to)));
        // So that out-of-office programs keep quiet (RFC 3834), and the mails of one attack stand together.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.References.Add($"{notice.Items[0].IncidentId}@breakwater.invalid");
        return message;
    }

    private async Task<Delivery> Send(Notice notice, string password, CancellationToken end)
    {
        using var client = new SmtpClient { Timeout = (int)Receivers.Patience.TotalMilliseconds };
        try
        {
            await client.ConnectAsync(config.Server.Host, config.Server.Port, config.Security switch { MailSecurity.Tls => SecureSocketOptions.SslOnConnect, MailSecurity.StartTls => SecureSocketOptions.StartTls, _ => SecureSocketOptions.None }, end);
            if (config.User is { } user)
                await client.AuthenticateAsync(Encoding.UTF8, user, password, end);
            using var message = Message(notice);
            await client.SendAsync(message, end);
            await client.DisconnectAsync(quit: true, end);
            return Delivery.Done;
        }
        catch (SmtpCommandException error)
        {
            var fault = $"says {FormattableString.Invariant($"{(int)error.StatusCode}")} {NoticeText.Line(error.Message)}";
            return (int)error.StatusCode >= FirstPermanentReply ? Delivery.Never(fault) : Delivery.Later(fault);
        }
        catch (Exception error) when (error is ProtocolException or AuthenticationException or SslHandshakeException or NotSupportedException or ServiceNotConnectedException)
        {
            return Delivery.Later($"takes no mail: {NoticeText.Line(error.Message)}");
        }
    }
}
