namespace Breakwater.Wire.AccessLog;

/// <summary>Fields of W3C extended logs (IIS) and of CloudFront's standard logs, which have their form.</summary>
internal static class W3cFields
{
    private static readonly (string Name, LogField Field)[] _known =
    [
        ("date", LogField.UtcDate),
        ("time", LogField.UtcTimeOfDay),
        ("c-ip", LogField.Client),
        ("cs-method", LogField.Method),
        ("cs-uri", LogField.Target),
        ("cs-uri-stem", LogField.Path),
        ("cs-uri-query", LogField.Query),
        ("cs-version", LogField.Protocol),
        ("cs-protocol-version", LogField.Protocol),
        ("cs-host", LogField.Host),
        ("x-host-header", LogField.Host),
        ("cs(host)", LogField.OtherHost),
        ("sc-status", LogField.Status),
        ("sc-bytes", LogField.Bytes),
        ("cs(user-agent)", LogField.UserAgent),
        ("cs(referer)", LogField.Referer),
        ("x-forwarded-for", LogField.ForwardedFor),
        ("cs(x-forwarded-for)", LogField.ForwardedFor),
    ];

    /// <summary>The field of a name of the #Fields line.</summary>
    /// <param name="name">As it stands there; letters' case does not matter.</param>
    /// <param name="isCloudFront">CloudFront's time-taken is in seconds, IIS's in milliseconds.</param>
    public static LogField Find(string name, bool isCloudFront)
    {
        if (name == "time-taken")
            return isCloudFront ? LogField.DurationSeconds : LogField.DurationMilliseconds;
        return Array.Find(_known, entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)).Field;
    }
}
