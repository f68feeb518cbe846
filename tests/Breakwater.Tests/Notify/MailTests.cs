using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Breakwater.Configuration;
using Breakwater.Notify;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Notify;

/// <summary>Mail over SMTP to a scripted server on loopback.</summary>
[Trait("Tier", "daemon")]
public sealed class MailTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Mail_SaysWhatHappens_AndWhoAsks()
    {
        File.WriteAllText(_folder.File("password"), "pass word\n");
        var (fault, dialogue) = await Deliver(MailSecurity.None, _folder.File("password"), "AUTH PLAIN");
        Assert.Null(fault);
        Assert.Contains("AUTH PLAIN " + Convert.ToBase64String("\0noc\0pass word"u8), dialogue, StringComparison.Ordinal);
        Assert.Contains("MAIL FROM:<breakwater@example.net>", dialogue, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<noc@example.net>", dialogue, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<duty@example.net>", dialogue, StringComparison.Ordinal);
        Assert.Contains("\nSubject: Attack on 203.0.113.7 has begun\n", dialogue, StringComparison.Ordinal);
        Assert.Contains("\nAuto-Submitted: auto-generated\n", dialogue, StringComparison.Ordinal);
        Assert.Contains("\nReferences: <inc-1@breakwater.invalid>\n", dialogue, StringComparison.Ordinal);
        Assert.Contains("  incident inc-1, service shop, since 2026-01-02T03:03:05.000Z", dialogue, StringComparison.Ordinal);
    }

    /// <summary>A server without TLS gets neither mail nor password, unless the configuration asks for none.</summary>
    [Fact]
    public async Task Server_WithoutTls_GetsNothing()
    {
        File.WriteAllText(_folder.File("password"), "pass word\n");
        var (fault, dialogue) = await Deliver(MailSecurity.StartTls, _folder.File("password"), "AUTH PLAIN");
        Assert.StartsWith("takes no mail: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH", dialogue, StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL FROM", dialogue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatRefuses_IsAFaultWithItsWords()
    {
        var (fault, _) = await Deliver(MailSecurity.None, null, "8BITMIME", "550 no such person");
        Assert.Equal("says 550 no such person", fault);
    }

    [Fact]
    public async Task Recipient_ThatIsRefused_KeepsNobodyElseFromTheMail()
    {
        var (fault, dialogue) = await Deliver(MailSecurity.None, null, "8BITMIME", "250 ok", "550 no such person");
        Assert.Equal("took the mail, but not for noc@example.net (says 550 no such person)", fault);
        Assert.Contains("\nSubject: Attack on 203.0.113.7 has begun\n", dialogue, StringComparison.Ordinal);
    }

    [Fact]
    public void Subject_OfAForgedName_IsOneHeader()
    {
        var notice = ReceiverTests.Notice(NoticeKind.Begin);
        notice = notice with { Items = [notice.Items[0] with { Target = "x\r\nBcc: everybody@example.net" }] };
        using var message = new MailReceiver(Config(25, MailSecurity.None, null), TimeProvider.System).Message(notice);
        Assert.Equal("Attack on x  Bcc: everybody@example.net has begun", message.Subject);
        Assert.Empty(message.Bcc);
    }

    public void Dispose() => _folder.Dispose();

    private static MailConfig Config(int port, MailSecurity security, string? password) => new()
    {
        Server = new MailServer("127.0.0.1", port),
        Security = security,
        From = "breakwater@example.net",
        To = ["noc@example.net", "duty@example.net"],
        User = password is null ? null : "noc",
        Password = password is null ? null : new SecretSource(true, password),
    };

    private static async Task<(string? Fault, string Dialogue)> Deliver(MailSecurity security, string? password, string offers, string recipientReply = "250 ok", string? firstReply = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(() => Serve(listener, offers, recipientReply, firstReply));
        var receiver = new MailReceiver(Config(((IPEndPoint)listener.LocalEndpoint).Port, security, password), TimeProvider.System);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"mail 127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), receiver.Name);
        var delivery = await receiver.Deliver(ReceiverTests.Notice(NoticeKind.Begin), CancellationToken.None);
        return (delivery.Fault, await serving);
    }

    private static async Task<string> Serve(TcpListener listener, string offers, string recipientReply, string? firstReply)
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var (said, isData) = (new StringBuilder(), false);
        await writer.WriteLineAsync("220 mail.example.net ESMTP");
        while (await reader.ReadLineAsync() is { } line)
        {
            said.Append(line).Append('\n');
            if (isData && line != ".")
                continue;
            var reply = isData ? "250 queued" : line.Split(' ')[0].ToUpperInvariant() switch
            {
                "EHLO" => $"250-mail.example.net\r\n250 {offers}",
                "AUTH" => "235 welcome",
                "RCPT" => line.Contains("noc@", StringComparison.Ordinal) ? firstReply ?? recipientReply : recipientReply,
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            isData = line == "DATA";
            await writer.WriteLineAsync(reply);
        }

        return said.ToString();
    }
}
