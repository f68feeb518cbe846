using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Notify;

/// <summary>
/// A server that gets the document of <see cref="NoticeText"/>, signed: HMAC-SHA256 (RFC 2104) over the time, a full stop and the body, so that a receiver can tell forged and
/// old ones. The same notice has the same <c>Idempotency-Key</c> at each attempt.
/// </summary>
internal sealed class WebhookReceiver(WebhookConfig config, TimeProvider time) : IReceiver
{
    public const string TimestampHeader = "Breakwater-Timestamp";
    private const int NameHashBytes = 4;
    public const string SignatureHeader = "Breakwater-Signature";

    /// <summary>Paths of many services are secrets: the name has no more than what tells two of one server apart.</summary>
    public string Name { get; } = $"webhook {config.Url.Scheme}://{config.Url.Authority} #{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(config.Url.PathAndQuery)).AsSpan(0, NameHashBytes))}";

    public object Settings => config;

    public bool KeepsState => false;

    public Task<Delivery> Deliver(Notice notice, CancellationToken abort)
    {
        if (config.Secret.Read(out var secret) is { } fault)
            return Task.FromResult(Delivery.Later($"gets nothing unsigned: {fault}"));
        var body = NoticeText.Document(notice);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (string, string)[] headers = [(TimestampHeader, timestamp), (SignatureHeader, Sign(secret, timestamp, body)), ("Idempotency-Key", notice.Id)];
        return Receivers.Attempt(end => HttpPost.Send(config.Url, body, headers, end), time, abort);
    }

    /// <summary>The header's value.</summary>
    internal static string Sign(byte[] secret, string timestamp, byte[] body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.ASCII.GetBytes(timestamp + "."));
        hash.AppendData(body);
        return "v1=" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
