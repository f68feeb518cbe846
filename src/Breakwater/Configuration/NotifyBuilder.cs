using System.Collections.Immutable;
using System.Globalization;

namespace Breakwater.Configuration;

/// <summary>Makes the section <c>notify</c>.</summary>
internal static class NotifyBuilder
{
    public static NotifyConfig Build(ConfigSection section, ConfigMistakes mistakes) => new()
    {
        Scripts = Scripts(section, mistakes),
        TimeLimit = section.Read(NotifyKeys.TimeLimit),
        Webhooks = Webhooks(section, mistakes),
        Mail = Mail(section.ReadSection(NotifyKeys.Mail), mistakes),
        Syslog = Few(section.ReadList(NotifyKeys.Syslog), "syslog", mistakes),
        Alertmanagers = [.. Few(section.ReadList(NotifyKeys.Alertmanagers), "alertmanagers", mistakes).OrderBy(static url => url.AbsoluteUri, StringComparer.Ordinal)],
        Group = section.Read(NotifyKeys.Group),
        Repeat = section.Read(NotifyKeys.Repeat),
    };

    private static ImmutableArray<string> Scripts(ConfigSection section, ConfigMistakes mistakes)
    {
        var scripts = section.ReadList(NotifyKeys.Scripts);
        foreach (var script in scripts.Skip(NotifyKeys.MaximumScripts))
            mistakes.Add(script.Place, $"{ConfigMistakes.Quote(script.Value)} is one script too many", $"keep {NotifyKeys.MaximumScripts}; one script can call others");
        foreach (var script in scripts.Where(static script => ScriptPathValue.Fault(script.Value) is not null))
            mistakes.Add(script.Place, $"{ConfigMistakes.Quote(script.Value)} {ScriptPathValue.Fault(script.Value)}", "put an executable file there, or remove it from 'notify.scripts'");
        return [.. scripts.Select(static script => script.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static ImmutableArray<WebhookConfig> Webhooks(ConfigSection section, ConfigMistakes mistakes)
    {
        var webhooks = new List<WebhookConfig>();
        foreach (var item in section.ReadSections(NotifyKeys.Webhooks))
        {
            var hasUrl = item.TryRead(WebhookKeys.Url, out var url);
            var hasSecret = item.TryRead(WebhookKeys.Secret, out var secret);
            if (hasSecret)
                CheckSecret(secret, mistakes);
            if (!hasUrl)
                continue;
            if (webhooks.Any(other => other.Url == url.Value))
                mistakes.Add(url.Place, $"the webhook {ConfigMistakes.Quote(url.Value.AbsoluteUri)} stands here twice", "keep one of them");
            else if (webhooks.Count >= NotifyKeys.MaximumReceivers)
                mistakes.Add(url.Place, $"{ConfigMistakes.Quote(url.Value.AbsoluteUri)} is one of 'notify.webhooks' too many", Keep);
            webhooks.Add(new WebhookConfig(url.Value, secret.Value ?? new SecretSource(true, "")));
        }

        return [.. webhooks.OrderBy(static webhook => webhook.Url.AbsoluteUri, StringComparer.Ordinal)];
    }

    private static MailConfig? Mail(ConfigSection section, ConfigMistakes mistakes)
    {
        if (section.Place is not { } place)
            return null;
        var to = Few(section.ReadList(MailKeys.To), "mail.to", mistakes);
        var (hasUser, hasPassword) = (section.TryRead(MailKeys.User, out var user), section.TryRead(MailKeys.Password, out var password));
        if (hasPassword)
            CheckSecret(password, mistakes);
        if (section.Has(MailKeys.User) != section.Has(MailKeys.Password))
            mistakes.Add(place, $"'notify.mail' has a {(hasUser ? "user and no password" : "password and no user")}", "give both, or neither");
        var security = section.Read(MailKeys.Security);
        if (section.TryRead(MailKeys.Server, out var server) && hasPassword && security == MailSecurity.None && !server.Value.IsLoopback)
            mistakes.Add(server.Place, $"the password would go to {ConfigMistakes.Quote(server.Value.ToString())} unprotected", "write 'security: starttls' or 'security: tls'");
        return new MailConfig
        {
            Server = server.Value,
            Security = security,
            From = section.TryRead(MailKeys.From, out var from) ? from.Value : "",
            To = to,
            User = hasUser ? user.Value : null,
            Password = hasPassword ? password.Value : null,
        };
    }

    // Read at each use, so that a secret can be changed without a reload; that it is there can be told now.
    private static void CheckSecret(Placed<SecretSource> secret, ConfigMistakes mistakes)
    {
        if (secret.Value.Read(out _) is { } fault)
            mistakes.Add(secret.Place, fault, secret.Value.IsFile ? "put a file with the secret alone there, readable for Breakwater's user" : "set the variable where Breakwater is started");
    }

    private static ImmutableArray<T> Few<T>(List<Placed<T>> items, string name, ConfigMistakes mistakes)
        where T : IEquatable<T>?
    {
        foreach (var item in items.Skip(NotifyKeys.MaximumReceivers))
            mistakes.Add(item.Place, $"{ConfigMistakes.Quote(item.Value?.ToString() ?? "")} is one of 'notify.{name}' too many", Keep);
        return [.. items.Select(static item => item.Value).Distinct()];
    }

    private static string Keep => string.Create(CultureInfo.InvariantCulture, $"keep {NotifyKeys.MaximumReceivers}");
}
