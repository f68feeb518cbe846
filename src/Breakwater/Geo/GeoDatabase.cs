using System.Globalization;
using System.Security.Cryptography;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Geo;

/// <summary>A geo database of the operator's, loaded whole: what it is, so that a report can say what it was made with.</summary>
internal sealed class GeoDatabase
{
    /// <summary>A larger file is not loaded.</summary>
    public const long MaxFileBytes = 512L * 1024 * 1024;

    /// <summary>Networks that are looked at to see what a database has.</summary>
    public const int MaxProbes = 4096;

    private GeoDatabase(string path, byte[] file, MmdbDatabase content)
    {
        Path = path;
        Content = content;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        BuiltAt = DateTimeOffset.FromUnixTimeSeconds(content.Metadata.BuildEpochSeconds);
        (HasCountries, HasSystems) = Probe(content);
    }

    /// <summary>As given.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the file's bytes, as 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>When its maker built it, by its own word.</summary>
    public DateTimeOffset BuiltAt { get; }

    /// <summary>Its maker's name for it, such as <c>GeoLite2-Country</c>.</summary>
    public string Kind => Content.Metadata.DatabaseType;

    /// <summary>True when it tells countries.</summary>
    public bool HasCountries { get; }

    /// <summary>True when it tells autonomous systems.</summary>
    public bool HasSystems { get; }

    /// <summary>The database itself.</summary>
    public MmdbDatabase Content { get; }

    /// <summary>Loads a file.</summary>
    /// <param name="path">Of an MMDB file.</param>
    /// <param name="fault">Why it cannot be used, as a sentence that names it; null when it can.</param>
    /// <returns>Null when it cannot be used.</returns>
    public static GeoDatabase? Load(string path, out string? fault)
    {
        GeoDatabase? database = null;
        try
        {
            var reason = Read(path, out var file);
            if (reason is null && MmdbDatabase.Open(file, out var content) is var error)
                reason = content is null ? Reason(error) : Use(new GeoDatabase(path, file, content), out database);
            fault = reason is null ? null : $"geo data '{path}' cannot be used: {reason}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            fault = $"geo data '{path}' cannot be used: {error.Message}";
        }

        return database;
    }

    private static string? Use(GeoDatabase loaded, out GeoDatabase? database)
    {
        database = loaded.HasCountries || loaded.HasSystems ? loaded : null;
        return database is null ? $"it has neither countries nor autonomous systems in a layout that is known (it calls itself '{loaded.Kind}')" : null;
    }

    private static string? Read(string path, out byte[] file)
    {
        file = [];
        if (!File.Exists(path))
            return Directory.Exists(path) ? "it is a folder" : "there is no such file";
        // Asked before it is opened: opening a named pipe would wait for its writer. The length of a link is its own, so it is followed.
        var information = (File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo) ?? new FileInfo(path);
        if (information.Length == 0)
            return "it is empty, or no regular file";
        if (information.Length > MaxFileBytes)
            return string.Create(CultureInfo.InvariantCulture, $"it has {information.Length:N0} bytes, more than the {MaxFileBytes:N0} that are read");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        file = new byte[information.Length];
        var length = stream.ReadAtLeast(file, file.Length, throwOnEndOfStream: false);
        if (length < file.Length)
            file = file[..length];
        return null;
    }

    private static string Reason(DecodeError error) => error switch
    {
        DecodeError.Truncated => "it is no MMDB file, or its end is missing",
        DecodeError.BadVersion => "it is of another version of the MaxMind DB format than 2",
        DecodeError.BadCount => "it is cut off or damaged: its parts are said to be larger than it is",
        DecodeError.Unsupported => "its search tree has records of a size that the format does not know",
        _ => "its metadata are damaged",
    };

    /// <summary>Looks at the first networks of both families for what their records have.</summary>
    private static (bool Countries, bool Systems) Probe(MmdbDatabase database)
    {
        var (countries, systems) = (false, false);
        Probe(database, Address.FromIPv4(0), ref countries, ref systems);
        if (database.Metadata.IpVersion == 6)
            Probe(database, Address.FromHalves(1, 0), ref countries, ref systems); // behind ::/64, where IPv4 is
        return (countries, systems);
    }

    private static void Probe(MmdbDatabase database, Address start, ref bool countries, ref bool systems)
    {
        Address? next = start;
        for (var probes = 0; probes < MaxProbes && next is { } address && !(countries && systems); probes++)
        {
            database.FindCountry(address, out var country);
            database.FindAutonomousSystem(address, out var number, out _);
            countries |= country.IsKnown;
            systems |= number != 0;
            database.Lookup(address, out var match);
            next = Behind(match);
        }
    }

    /// <summary>The first address behind a network; null when the family ends with it.</summary>
    private static Address? Behind(in MmdbMatch match)
    {
        var isIPv4 = match.Network.IsIPv4;
        var hostBits = (isIPv4 ? 32 : 128) - match.PrefixLength;
        if (isIPv4)
        {
            var behind = match.Network.IPv4 + (1UL << hostBits);
            return behind > uint.MaxValue ? null : Address.FromIPv4((uint)behind);
        }

        var size = hostBits == 128 ? UInt128.Zero : UInt128.One << hostBits;
        var sum = new UInt128(match.Network.High, match.Network.Low) + size;
        return sum == 0 || size == 0 ? null : Address.FromHalves((ulong)(sum >> 64), (ulong)sum);
    }
}
