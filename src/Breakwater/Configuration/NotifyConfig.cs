using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>Who is told of attacks.</summary>
internal sealed record NotifyConfig
{
    public static readonly NotifyConfig Default = new();

    /// <summary>Programs that are called, by full path; default none.</summary>
    public ImmutableArray<string> Scripts { get; init; } = [];

    /// <summary>One that runs longer is ended; 1 s to 10 min; default 30 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Servers that get a signed document; default none.</summary>
    public ImmutableArray<WebhookConfig> Webhooks { get; init; } = [];

    /// <summary>Null: no mail.</summary>
    public MailConfig? Mail { get; init; }

    /// <summary>Collectors of log lines; default none.</summary>
    public ImmutableArray<SyslogTarget> Syslog { get; init; } = [];

    /// <summary>Alertmanagers, by the address of their pages; default none.</summary>
    public ImmutableArray<Uri> Alertmanagers { get; init; } = [];

    /// <summary>How long a first word waits for others that begin with it; 1 s to 5 min; default 3 s.</summary>
    public TimeSpan Group { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>An attack that goes on is told again after so long; 5 min to 7 d; default 4 h.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromHours(4);

    /// <summary>True when anybody besides scripts is told.</summary>
    public bool HasReceivers => !Webhooks.IsEmpty || Mail is not null || !Syslog.IsEmpty || !Alertmanagers.IsEmpty;
}

/// <summary>A server that gets a signed document for each notice.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Secret">What it is signed with.</param>
internal sealed record WebhookConfig(Uri Url, SecretSource Secret);

/// <summary>Mail to people.</summary>
internal sealed record MailConfig
{
    public required MailServer Server { get; init; }

    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    public required string From { get; init; }

    public ImmutableArray<string> To { get; init; } = [];

    /// <summary>Null: without authentication.</summary>
    public string? User { get; init; }

    public SecretSource? Password { get; init; }
}

internal enum MailSecurity
{
    /// <summary>TLS after STARTTLS, or no mail at all (RFC 3207).</summary>
    StartTls,

    /// <summary>TLS from the first octet on (RFC 8314).</summary>
    Tls,

    /// <summary>None: for a server on this machine.</summary>
    None,
}

internal static class NotifyKeys
{
    /// <summary>Most scripts.</summary>
    public const int MaximumScripts = 8;

    /// <summary>Most receivers of one kind, and most people who get mail.</summary>
    public const int MaximumReceivers = 8;

    public static readonly ListKey<string> Scripts = new(
        "scripts", new ScriptPathValue(), "Programs that are called when an attack begins and when it is over, with FastNetMon's arguments");

    public static readonly ScalarKey<TimeSpan> TimeLimit = new(
        "timeLimit", new DurationValue(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), NotifyConfig.Default.TimeLimit), "A script that runs longer is ended, with all that it started")
    {
        Default = NotifyConfig.Default.TimeLimit,
    };

    public static readonly SectionListKey Webhooks = new("webhooks", WebhookKeys.All, "Servers that get a signed document when attacks begin, go on and end");
    public static readonly SectionKey Mail = new("mail", MailKeys.All, "Mail to people when attacks begin, go on and end");
    public static readonly ListKey<SyslogTarget> Syslog = new("syslog", new SyslogTargetValue(), "Collectors that get a line (RFC 5424) when attacks begin, go on and end");
    public static readonly ListKey<Uri> Alertmanagers = new("alertmanagers", new UrlValue(), "Alertmanagers (API v2) that get all open attacks once a minute, and each change at once");

    public static readonly ScalarKey<TimeSpan> Group = new(
        "group", new DurationValue(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), NotifyConfig.Default.Group), "How long the word of an attack waits for others that begin with it; scripts do not wait")
    {
        Default = NotifyConfig.Default.Group,
    };

    public static readonly ScalarKey<TimeSpan> Repeat = new(
        "repeat", new DurationValue(TimeSpan.FromMinutes(5), TimeSpan.FromDays(7), NotifyConfig.Default.Repeat), "An attack that goes on is told again after so long; scripts are not called again")
    {
        Default = NotifyConfig.Default.Repeat,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Scripts, TimeLimit, Webhooks, Mail, Syslog, Alertmanagers, Group, Repeat];
}

internal static class WebhookKeys
{
    public static readonly ScalarKey<Uri> Url = new("url", new UrlValue(), "Where the document is posted to; no two are equal, and redirects are not followed") { IsRequired = true };
    public static readonly ScalarKey<SecretSource> Secret = new("secret", new SecretSourceValue(), "The key that signs it (HMAC-SHA256)") { IsRequired = true };

    public static readonly ImmutableArray<ConfigKey> All = [Url, Secret];
}

internal static class MailKeys
{
    public static readonly ScalarKey<MailServer> Server = new("server", new MailServerValue(), "The server that takes mail") { IsRequired = true };

    public static readonly ScalarKey<MailSecurity> Security = new(
        "security",
        new ChoiceValue<MailSecurity>("security", [("starttls", MailSecurity.StartTls), ("tls", MailSecurity.Tls), ("none", MailSecurity.None)]),
        "How the connection is protected; with starttls there is no mail without TLS")
    {
        Default = MailSecurity.StartTls,
    };

    public static readonly ScalarKey<string> From = new("from", new MailAddressValue(), "Who it is from") { IsRequired = true };
    public static readonly ListKey<string> To = new("to", new MailAddressValue(), "Who gets it") { IsRequired = true };
    public static readonly ScalarKey<string> User = new("user", new MailUserValue(), "Who asks the server; without it, nobody says who");
    public static readonly ScalarKey<SecretSource> Password = new("password", new SecretSourceValue(), "The user's password");

    public static readonly ImmutableArray<ConfigKey> All = [Server, Security, From, To, User, Password];
}

/// <summary>A program by its full path: what is called never depends on the folder or the search path.</summary>
internal sealed record ScriptPathValue : ConfigValue<string>
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public override string Kind => "a script";

    public override string Range => "the full path of an executable file, such as /usr/local/bin/notify.sh";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var isPath = text.Length is > 1 and <= PathValue.MaxCharacters && text[0] == '/' && !text.Any(char.IsControl) && Path.GetFullPath(text) == text;
        return isPath ? null : new($"{ConfigMistakes.Quote(text)} is no full path", "write the path from / on, without .. in it, and no arguments");
    }

    /// <summary>Why it cannot be called, as the end of a sentence; null: it can.</summary>
    internal static string? Fault(string path)
    {
        if (!File.Exists(path))
            return "is no file";
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Executable) != 0 ? null : "is not executable";
    }
}
