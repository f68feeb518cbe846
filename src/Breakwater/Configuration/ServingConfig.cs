namespace Breakwater.Configuration;

/// <summary>Where things are kept.</summary>
internal sealed record StorageConfig
{
    public const string DefaultFolder = "breakwater-data";

    public static readonly StorageConfig Default = new();

    /// <summary>As written; default breakwater-data.</summary>
    public string Folder { get; init; } = DefaultFolder;

    /// <summary>In full, from the folder of the configuration on.</summary>
    public string FullPath { get; init; } = Path.GetFullPath(DefaultFolder);
}

/// <summary>How long things are kept.</summary>
internal sealed record RetentionConfig
{
    public static readonly RetentionConfig Default = new();

    /// <summary>Closed incidents; 1 to 3650 days; default 365 days.</summary>
    public TimeSpan Incidents { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Traffic by the second; 15 minutes to 7 days; default 6 hours.</summary>
    public TimeSpan Seconds { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Traffic by the minute; 1 to 400 days; default 28 days.</summary>
    public TimeSpan Minutes { get; init; } = TimeSpan.FromDays(28);

    /// <summary>Addresses of clients; then their keyed hashes alone; 1 to 3650 days; default 30 days.</summary>
    public TimeSpan ClientAddresses { get; init; } = TimeSpan.FromDays(30);
}
