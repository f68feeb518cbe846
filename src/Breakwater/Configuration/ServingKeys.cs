using System.Collections.Immutable;

namespace Breakwater.Configuration;

internal static class StorageKeys
{
    public static readonly ScalarKey<string> Folder = new("folder", new PathValue(), "Where incidents, traffic series and the local socket are kept")
    {
        Default = StorageConfig.DefaultFolder,
        Reload = ConfigReload.Restart,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Folder];
}

internal static class RetentionKeys
{
    public static readonly ScalarKey<TimeSpan> Incidents = Duration(
        "incidents", TimeSpan.FromDays(1), TimeSpan.FromDays(3650), RetentionConfig.Default.Incidents, "How long closed incidents and their journal are kept");

    public static readonly ScalarKey<TimeSpan> Seconds = Duration(
        "seconds", TimeSpan.FromMinutes(15), TimeSpan.FromDays(7), RetentionConfig.Default.Seconds, "How long traffic is kept second by second");

    public static readonly ScalarKey<TimeSpan> Minutes = Duration(
        "minutes", TimeSpan.FromDays(1), TimeSpan.FromDays(400), RetentionConfig.Default.Minutes, "How long traffic is kept minute by minute");

    public static readonly ScalarKey<TimeSpan> ClientAddresses = Duration(
        "clientAddresses", TimeSpan.FromDays(1), TimeSpan.FromDays(3650), RetentionConfig.Default.ClientAddresses,
        "How long addresses of clients are kept in incidents, their journal and samples; then keyed hashes stand for them");

    public static readonly ImmutableArray<ConfigKey> All = [Incidents, Seconds, Minutes, ClientAddresses];

    private static ScalarKey<TimeSpan> Duration(string name, TimeSpan minimum, TimeSpan maximum, TimeSpan value, string meaning) =>
        new(name, new DurationValue(minimum, maximum, value), meaning) { Default = value, Reload = ConfigReload.Restart };
}
