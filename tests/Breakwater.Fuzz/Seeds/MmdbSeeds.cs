using Breakwater.Tests.Mmdb;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Small databases in the layouts of several makers, with all types, sizes of records and forms of pointers.</summary>
internal static class MmdbSeeds
{
    /// <summary>Made by hand, and the format's own test databases where they are present.</summary>
    public static IEnumerable<byte[]> Files(int mostBytes)
    {
        foreach (var recordSizeBits in (int[])[24, 28, 32])
        {
            yield return Countries(recordSizeBits, 4);
            yield return Countries(recordSizeBits, 6);
        }

        yield return Systems();
        yield return AllTypes();
        if (Repository.SharedData is not { } root || !Directory.Exists(Path.Combine(root, "geo", "maxmind")))
            yield break;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, "geo", "maxmind"), "*.mmdb", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(path).Length <= mostBytes)
                yield return File.ReadAllBytes(path);
        }
    }

    private static byte[] Countries(int recordSizeBits, int ipVersion)
    {
        var writer = new MmdbWriter(recordSizeBits, ipVersion) { PointerOctets = recordSizeBits == 32 ? 4 : 0 };
        writer.Add("192.0.0.0/8", Map(("country_code", "SE")));
        writer.Add("192.0.2.0/24", Map(("continent", Map(("code", "EU"))), ("country", Map(("geoname_id", 7u), ("iso_code", "DE")))));
        writer.Add("198.51.100.0/24", Map(("registered_country", Map(("iso_code", "FR")))));
        writer.Add("203.0.113.0/24", Map(("as_name", "Example"), ("asn", "AS64496"), ("country", "JP")));
        if (ipVersion == 6)
            writer.Add("2001::/16", Map(("country", Map(("iso_code", "NL")))));
        return writer.Finish();
    }

    private static byte[] Systems()
    {
        var writer = new MmdbWriter { SharesText = false };
        writer.Add("192.0.0.0/8", Map(("autonomous_system_number", 64_496u), ("autonomous_system_organization", "Example")));
        writer.Add("2000::/3", Map(("autonomous_system_number", 4_200_000_000u)));
        return writer.Finish();
    }

    private static byte[] AllTypes()
    {
        var writer = new MmdbWriter(28);
        writer.Add("192.0.0.0/8", Map(
            ("array", new object[] { 1u, (ushort)2, 3UL, UInt128.MaxValue, -4, true, false }),
            ("bytes", (byte[])[0, 1, 255]),
            ("double", 1.5),
            ("float", 2.5f),
            ("long", new string('x', 300)),
            ("nested", Map(("nested", Map(("nested", new object[] { Array.Empty<object>() })))))));
        writer.Add("2001::/16", new string('y', 40));
        writer.Add("198.51.100.0/24", new object[] { new MmdbWriter.Raw(MmdbWriter.Pointer(0)), new MmdbWriter.Raw(MmdbWriter.Pointer(0, 4)) });
        return writer.Finish();
    }

    private static (string, object)[] Map(params (string, object)[] pairs) => pairs;
}
