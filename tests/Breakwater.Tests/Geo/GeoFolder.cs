using Breakwater.Tests.Mmdb;

namespace Breakwater.Tests.Geo;

/// <summary>A folder of its own with databases in it, removed afterwards.</summary>
internal sealed class GeoFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("breakwater-geo-");

    public string Root => _folder.FullName;

    /// <summary>Full path of a name in the folder.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file, making its folders; gives its full path.</summary>
    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>A database with one network and its record.</summary>
    public static byte[] Database(string network, object record, int ipVersion = 6)
    {
        var writer = new MmdbWriter(ipVersion: ipVersion);
        writer.Add(network, record);
        return writer.Finish();
    }

    public static (string, object)[] CountryRecord(string code) => [("country_code", code)];

    public void Dispose() => _folder.Delete(recursive: true);
}
