using System.Globalization;
using System.Net;
using System.Text;

namespace Breakwater.Configuration;

/// <summary>The address of a server, by HTTP or HTTPS.</summary>
internal sealed record UrlValue : ConfigValue<Uri>
{
    public const int MaxCharacters = 2_048;

    public override string Kind => "an address of a server";

    public override string Range => "https:// or http://, such as https://hooks.example.net/breakwater; without user, password and #";

    public override ValueFault? Read(string text, out Uri value)
    {
        value = null!;
        var isUrl = text.Length <= MaxCharacters && !text.Any(static c => char.IsControl(c) || c == ' ') && Uri.TryCreate(text, UriKind.Absolute, out value!) && value.Scheme is "https" or "http";
        if (!isUrl)
            return new($"{ConfigMistakes.Quote(text)} is no address of a server", "write it like https://hooks.example.net/breakwater");
        return value.UserInfo.Length > 0 || value.Fragment.Length > 0 ? new($"{ConfigMistakes.Quote(value.Host)} is given with a user, a password or a #", "remove these; a secret does not belong into an address, where logs keep it") : null;
    }

    public override string Spell(Uri value) => value.AbsoluteUri;
}

/// <summary>Where a secret is: the configuration holds none itself.</summary>
/// <param name="IsFile">A file, else a variable of the environment.</param>
/// <param name="Name">Its full path or name.</param>
internal sealed record SecretSource(bool IsFile, string Name)
{
    /// <summary>Longest secret.</summary>
    public const int MaximumBytes = 4_096;

    public const string FilePrefix = "file:";
    public const string VariablePrefix = "env:";

    /// <summary>The secret as it is now; the line feed at a file's end is no part of it.</summary>
    /// <returns>Why there is none, as a sentence without its full stop; null: it was read.</returns>
    public string? Read(out byte[] secret)
    {
        secret = [];
        try
        {
            if (IsFile && new FileInfo(Name) is { Exists: true, Length: > MaximumBytes })
                return string.Create(CultureInfo.InvariantCulture, $"the secret {ConfigMistakes.Quote(Name)} is longer than {MaximumBytes} bytes");
            var bytes = IsFile ? File.ReadAllBytes(Name) : Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(Name) ?? "");
            secret = bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();
            return secret.Length > 0 ? null : $"the secret {ConfigMistakes.Quote(ToString())} is empty";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"the secret {ConfigMistakes.Quote(Name)} cannot be read";
        }
    }

    public override string ToString() => (IsFile ? FilePrefix : VariablePrefix) + Name;
}

internal sealed record SecretSourceValue : ConfigValue<SecretSource>
{
    public override string Kind => "the place of a secret";

    public override string Range => "file: and a full path, or env: and a name, such as file:/etc/breakwater/webhook.key";

    public override ValueFault? Read(string text, out SecretSource value)
    {
        var isFile = text.StartsWith(SecretSource.FilePrefix, StringComparison.Ordinal);
        var name = isFile ? text[SecretSource.FilePrefix.Length..] : text.StartsWith(SecretSource.VariablePrefix, StringComparison.Ordinal) ? text[SecretSource.VariablePrefix.Length..] : "";
        value = new SecretSource(isFile, name);
        var isGood = isFile
            ? name.Length is > 1 and <= PathValue.MaxCharacters && name[0] == '/' && !name.Any(char.IsControl)
            : name.Length is > 0 and <= NameValue.MaxCharacters && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
        // Not quoted: what stands there may be the secret itself.
        return isGood ? null : new("this is no place of a secret", "write it like file:/etc/breakwater/webhook.key or env:WEBHOOK_KEY; never the secret itself");
    }
}

/// <summary>How a line reaches a collector.</summary>
internal enum CollectorTransport
{
    Udp,

    Tcp,

    Unix,
}

/// <summary>A collector of log lines.</summary>
/// <param name="Transport">How.</param>
/// <param name="Host">Its name or address; the path of a socket.</param>
/// <param name="Port">0 with a socket.</param>
internal sealed record SyslogTarget(CollectorTransport Transport, string Host, int Port)
{
    public override string ToString() => Transport == CollectorTransport.Unix
        ? $"unix:{Host}"
        : string.Create(CultureInfo.InvariantCulture, $"{(Transport == CollectorTransport.Udp ? "udp" : "tcp")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

internal sealed record SyslogTargetValue : ConfigValue<SyslogTarget>
{
    /// <summary>Longest path of a socket (sun_path without its NUL).</summary>
    private const int LongestSocketPath = 107;

    public override string Kind => "a collector of log lines";

    public override string Range => "udp://host:514, tcp://host:514 or unix:/dev/log";

    public override ValueFault? Read(string text, out SyslogTarget value)
    {
        value = new SyslogTarget(CollectorTransport.Unix, "", 0);
        var fault = new ValueFault($"{ConfigMistakes.Quote(text)} is no collector of log lines", "write it like udp://192.0.2.1:514, tcp://logs.example.net:514 or unix:/dev/log");
        if (text.StartsWith("unix:/", StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(text) <= LongestSocketPath && !text.Any(char.IsControl))
        {
            value = value with { Host = text["unix:".Length..] };
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("udp" or "tcp") || uri.Port <= 0 || uri.Host.Length == 0 || uri.PathAndQuery is not ("/" or "") || uri.UserInfo.Length > 0)
            return fault;
        value = new SyslogTarget(uri.Scheme == "udp" ? CollectorTransport.Udp : CollectorTransport.Tcp, uri.DnsSafeHost, uri.Port);
        return null;
    }
}

/// <summary>A server that takes mail.</summary>
internal readonly record struct MailServer(string Host, int Port)
{
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Host?.Contains(':', StringComparison.Ordinal) == true ? $"[{Host}]" : Host)}:{Port}");
}

internal sealed record MailServerValue : ConfigValue<MailServer>
{
    public override string Kind => "a host and a port";

    public override string Range => "a host and a port such as mail.example.net:587 or [::1]:25";

    public override ValueFault? Read(string text, out MailServer value)
    {
        value = default;
        var hasPort = Uri.TryCreate("smtp://" + text, UriKind.Absolute, out var uri) && uri.Port > 0 && uri.Host.Length > 0 && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0
            && text.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{uri.Port}"), StringComparison.Ordinal);
        if (!hasPort)
            return new($"{ConfigMistakes.Quote(text)} is no host with a port", "write it like mail.example.net:587");
        value = new MailServer(uri!.DnsSafeHost, uri.Port);
        return null;
    }
}

/// <summary>An address of a person or a list.</summary>
internal sealed record MailAddressValue : ConfigValue<string>
{
    public const int MaxCharacters = 254;

    public override string Kind => "a mail address";

    public override string Range => "an address such as noc@example.net, without a name";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var isAddress = text.Length <= MaxCharacters && at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '-' or '_' or '+' or '=');
        return isAddress ? null : new($"{ConfigMistakes.Quote(text)} is no mail address", "write it like noc@example.net");
    }
}

/// <summary>The name of an account at a mail server.</summary>
internal sealed record MailUserValue : ConfigValue<string>
{
    public const int MaxCharacters = 254;

    public override string Kind => "a user";

    public override string Range => "the name of an account at the server, at most 254 characters";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxCharacters && !text.Any(char.IsControl) ? null : new($"{ConfigMistakes.Quote(text)} is no user", "write the name of the account");
    }
}
