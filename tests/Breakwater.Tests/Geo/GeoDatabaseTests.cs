using System.Globalization;
using System.Security.Cryptography;
using Breakwater.Geo;
using Breakwater.Tests.Mmdb;

namespace Breakwater.Tests.Geo;

/// <summary>Loading a geo database: what is told of it, and why one cannot be used.</summary>
public sealed class GeoDatabaseTests : IDisposable
{
    private readonly GeoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_Database_TellsWhatItIs()
    {
        var file = Mmdbs.Small().Finish();
        var path = _folder.Write("a.mmdb", file);
        var database = GeoDatabase.Load(path, out var fault);
        Assert.Null(fault);
        Assert.NotNull(database);
        Assert.Equal((path, "Breakwater-Test"), (database.Path, database.Kind));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), database.Sha256);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), database.BuiltAt);
        Assert.Equal((true, false), (database.HasCountries, database.HasSystems));
    }

    [Fact]
    public void Load_Link_IsFollowed()
    {
        var path = _folder.Write("real.mmdb", Mmdbs.Small().Finish());
        File.CreateSymbolicLink(_folder["link.mmdb"], path);
        Assert.NotNull(GeoDatabase.Load(_folder["link.mmdb"], out _));
    }

    public static TheoryData<string, int, bool, bool> Layouts { get; } = new()
    {
        { "192.0.2.0/24", 4, true, false },
        { "192.0.2.0/24", 6, true, true },
        { "2001:db8::/32", 6, false, true },
        { "::/64", 6, true, false },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Load_Database_IsLookedAtForWhatItHas(string network, int ipVersion, bool hasCountries, bool hasSystems)
    {
        (string, object)[] record = [.. hasCountries ? GeoFolder.CountryRecord("SE") : [], .. hasSystems ? Mmdbs.System(64_496, "Example") : []];
        var database = GeoDatabase.Load(_folder.Write("a.mmdb", GeoFolder.Database(network, record, ipVersion)), out var fault);
        Assert.Null(fault);
        Assert.Equal((hasCountries, hasSystems), (database!.HasCountries, database.HasSystems));
    }

    public static TheoryData<string, byte[], string> Unusable { get; } = new()
    {
        { "empty", [], "it is empty, or no regular file" },
        { "text", [.. "192.0.2.0,192.0.2.255,SE\n"u8], "it is no MMDB file, or its end is missing" },
        { "cut", Mmdbs.Small().Finish()[..^9], "it is no MMDB file, or its end is missing" },
        { "version", Changed("binary_format_major_version", (ushort)3), "it is of another version of the MaxMind DB format than 2" },
        { "beginning", Mmdbs.Small().Finish()[500..], "it is cut off or damaged: its parts are said to be larger than it is" },
        { "records", Changed("record_size", (ushort)16), "its search tree has records of a size that the format does not know" },
        { "metadata", Changed("build_epoch", "yesterday"), "its metadata are damaged" },
        { "else", GeoFolder.Database("192.0.2.0/24", new (string, object)[] { ("is_anonymous", true) }), "it has neither countries nor autonomous systems in a layout that is known (it calls itself 'Breakwater-Test')" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Load_UnusableFile_SaysWhy(string name, byte[] file, string why)
    {
        var path = _folder.Write(name, file);
        Assert.Null(GeoDatabase.Load(path, out var fault));
        Assert.Equal($"geo data '{path}' cannot be used: {why}", fault);
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        Assert.Null(GeoDatabase.Load(_folder["none.mmdb"], out var fault));
        Assert.Equal($"geo data '{_folder["none.mmdb"]}' cannot be used: there is no such file", fault);
        Assert.Null(GeoDatabase.Load(_folder.Root, out fault));
        Assert.Equal($"geo data '{_folder.Root}' cannot be used: it is a folder", fault);
        File.CreateSymbolicLink(_folder["a.mmdb"], _folder["a.mmdb"]);
        Assert.Null(GeoDatabase.Load(_folder["a.mmdb"], out fault));
        Assert.StartsWith($"geo data '{_folder["a.mmdb"]}' cannot be used: ", fault, StringComparison.Ordinal);
        Assert.Null(GeoDatabase.Load("", out fault));
        Assert.StartsWith("geo data '' cannot be used: ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LargerThanTheLimit_IsNotRead()
    {
        var path = _folder["large.mmdb"];
        using (var file = File.Create(path))
            file.SetLength(GeoDatabase.MaxFileBytes + 1); // a hole: takes no room
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(GeoDatabase.Load(path, out var fault));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"geo data '{path}' cannot be used: it has 536,870,913 bytes, more than the 536,870,912 that are read"), fault);
    }

    private static byte[] Changed(string key, object value)
    {
        var writer = Mmdbs.Small();
        writer.Metadata[key] = value;
        return writer.Finish();
    }
}
