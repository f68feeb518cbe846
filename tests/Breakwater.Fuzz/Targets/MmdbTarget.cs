using System.Text;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Tests.Mmdb;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Fuzz.Targets;

/// <summary>MMDB files: networks, whole records, countries and autonomous systems of addresses.</summary>
internal sealed class MmdbTarget : FuzzTarget
{
    private static readonly Address[] _addresses =
    [
        .. new[] { "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1", "1.1.1.1", "1.1.1.17", "2001:db8::1", "::2:0:40", "ffff::", "::" }.Select(Address.Parse),
    ];

    public override string Name => "mmdb";

    public override PlantedBug Planted => new(FaultKind.Exception, "a record of the tree is believed to lie inside the data");

    public override int CapacityBytes => 4096;

    public override byte[][] Tokens =>
    [
        [0x20, 0], [0x28, 0, 0], [0x38, 0, 0, 0, 0], [0x20, 0xFF], [0, 4], [1, 4], [2, 4], [1, 7], [0, 7], [0xE0], [0xE1], [0xFF], [0x5D], [0x5E], [0x5F],
        [4, 1], [8, 2], [0x10, 3], [0x68], [4, 8], [.. "country"u8], [.. "iso_code"u8], [.. "asn"u8], [0x42, .. "ZZ"u8], [0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8],
    ];

    public override IEnumerable<byte[]> Seeds() => MmdbSeeds.Files(CapacityBytes);

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var file = input.ToArray();
        var signature = default(Signature);
        var error = MmdbDatabase.Open(file, out var database);
        var oracle = NaiveMmdb.Open(file);
        FuzzFault.Same("is a database", error == DecodeError.None, oracle is not null);
        signature.Add((ulong)error);
        if (database is null || oracle is null)
            return new Outcome(signature.Value, false);
        PlantedTree(database, file);

        var random = FuzzRandom.ForInput(Signature.Of(input), 0);
        var found = Ask(database, oracle, Address.FromIPv4((uint)random.Next()), ref signature);
        found |= Ask(database, oracle, Address.FromHalves(random.Next(), random.Next()), ref signature);
        foreach (var address in _addresses)
            found |= Ask(database, oracle, address, ref signature);
        AllocationMeter.ExpectNone(Allocated(database), () => Allocated(database));
        return new Outcome(signature.Value, found);
    }

    private static bool Ask(MmdbDatabase database, NaiveMmdb oracle, Address address, ref Signature signature)
    {
        var error = database.Lookup(address, out var match);
        signature.Add((ulong)error);
        if (!address.IsIPv4 && oracle.IpVersion == 4)
        {
            FuzzFault.Holds(error == DecodeError.None && !match.IsFound, $"{address} in a tree for IPv4");
            return false;
        }

        var (bits, offset) = oracle.Find(BitsOf(address, oracle.IpVersion));
        FuzzFault.Same($"{address} is led to damage", error != DecodeError.None, offset == -2);
        if (offset == -2)
            return false;
        var length = address.IsIPv4 && oracle.IpVersion == 6 ? Math.Max(0, bits - 96) : bits;
        FuzzFault.Same($"network of {address}", (match.Network, match.PrefixLength, match.IsFound), (address.Masked(length), length, offset >= 0));
        return offset >= 0 && CompareRecords(database, oracle, address, match, offset, ref signature);
    }

    private static bool CompareRecords(MmdbDatabase database, NaiveMmdb oracle, Address address, in MmdbMatch match, int offset, ref Signature signature)
    {
        var sink = new MmdbText();
        var error = database.Walk(match, ref sink);
        var expected = oracle.Record(offset);
        signature.Add((ulong)error);
        signature.AddCount(expected?.Length ?? 0);

        // Looking for a key may pass by the damage, so no error of theirs is expected; a sound record has to give the same.
        var countryError = database.FindCountry(address, out var country);
        var systemError = database.FindAutonomousSystem(address, out var number, out var organisation);
        signature.Add(((ulong)countryError << 8) | (ulong)systemError);
        signature.Add((country.IsKnown ? 1UL : 0) | (number > 0 ? 2UL : 0) | (organisation.IsEmpty ? 0 : 4UL));
        if (expected is null or "")
        {
            FuzzFault.Holds(expected is "" || error != DecodeError.None, $"the record of {address} is damaged, and was read");
            return false;
        }

        FuzzFault.Same($"error in the record of {address}", error, DecodeError.None);
        FuzzFault.Same($"record of {address}", sink.ToString(), expected);
        FuzzFault.Same($"country of {address}", (countryError, country.ToString()), (DecodeError.None, oracle.Country(offset)));
        FuzzFault.Same($"system of {address}", (systemError, number, Encoding.Latin1.GetString(organisation)), (DecodeError.None, oracle.System(offset).Number, oracle.System(offset).Name));
        return true;
    }

    private static int[] BitsOf(Address address, int ipVersion)
    {
        var octets = new byte[16];
        address.WriteTo(octets);
        if (address.IsIPv4)
            octets = ipVersion == 4 ? octets[12..] : [.. new byte[12], .. octets[12..]];
        return [.. octets.SelectMany(octet => Enumerable.Range(0, 8).Select(bit => (octet >> (7 - bit)) & 1))];
    }

    private static long Allocated(MmdbDatabase database)
    {
        var meter = AllocationMeter.Start();
        foreach (var address in _addresses)
        {
            database.FindCountry(address, out _);
            database.FindAutonomousSystem(address, out _, out _);
        }

        return meter.Bytes;
    }

    private static void PlantedTree(MmdbDatabase database, byte[] file)
    {
#if PLANTED_BUGS
        var nodes = database.Metadata.NodeCount;
        if (database.Metadata.RecordSizeBits != 24 || nodes == 0)
            return;
        var left = (file[0] << 16) | (file[1] << 8) | file[2];
        if (left > nodes)
            _ = file[(nodes * 6) + left - nodes];
#endif
    }
}
