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
        using var client = new Client { Timeout = (int)Receivers.Patience.TotalMilliseconds };
        try
        {
            await client.ConnectAsync(config.Server.Host, config.Server.Port, config.Security switch { MailSecurity.Tls => SecureSocketOptions.SslOnConnect, MailSecurity.StartTls => SecureSocketOptions.StartTls, _ => SecureSocketOptions.None }, end);
            if (config.User is { } user)
                await client.AuthenticateAsync(Encoding.UTF8, user, password, end);
            using var message = Message(notice);
            await client.SendAsync(message, end);
            // The others have it: another attempt would tell them twice.
            var delivery = client.Refused.Count == 0 ? Delivery.Done : Delivery.Never($"took the mail, but not for {string.Join(", ", client.Refused.Select(static one => $"{NoticeText.Line(one.Address)} (says {Said(one.Status, one.Words)})"))}");
            await client.DisconnectAsync(quit: true, end);
            return delivery;
        }
        catch (SmtpCommandException error)
        {
            // Nobody was accepted: what was said of the first tells more than that.
            var (status, words) = client.Refused is [var first, ..] && client.Refused.Count == config.To.Length ? (first.Status, first.Words) : (error.StatusCode, error.Message);
            var fault = $"says {Said(status, words)}";
            return client.Refused.Append((Address: "", Status: status, Words: words)).All(static one => (int)one.Status >= FirstPermanentReply) ? Delivery.Never(fault) : Delivery.Later(fault);
        }
        catch (Exception error) when (error is ProtocolException or AuthenticationException or SslHandshakeException or InvalidOperationException or NotSupportedException)
        {
            return Delivery.Later($"takes no mail: {NoticeText.Line(error.Message)}");
        }
    }

    private static string Said(SmtpStatusCode status, string words) => FormattableString.Invariant($"{(int)status} {NoticeText.Line(words)}");

    /// <summary>One refused recipient does not keep the others from their mail.</summary>
    private sealed class Client : SmtpClient
    {
        /// <summary>Who was refused, and in which words.</summary>
        public List<(string Address, SmtpStatusCode Status, string Words)> Refused { get; } = [];

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
            Refused.Add((mailbox.Address, response.StatusCode, response.Response));
    }
}
