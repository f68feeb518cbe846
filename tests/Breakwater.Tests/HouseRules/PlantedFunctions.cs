namespace Breakwater.Tests.HouseRules;

/// <summary>Functions planted for <see cref="SizeTests"/>: one too long, one that just fits, and a long table that is no function.</summary>
internal sealed class PlantedFunctions
{
    public const int LongMethodLine = 102;
    public const int ShortMethodLine = 178;
    public const int TableLine = 10;

    private readonly int[] _table =
    [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        24,
        25,
        26,
        27,
        28,
        29,
        30,
        31,
        32,
        33,
        34,
        35,
        36,
        37,
        38,
        39,
        40,
        41,
        42,
        43,
        44,
        45,
        46,
        47,
        48,
        49,
        50,
        51,
        52,
        53,
        54,
        55,
        56,
        57,
        58,
        59,
        60,
        61,
        62,
        63,
        64,
        65,
        66,
        67,
        68,
        69,
        70,
        71,
        72,
        73,
        74,
        75,
        76,
        77,
        78,
        79,
    ];

    public PlantedFunctions()
    {
        Size = _table.Length;
    }

    public int Size { get; }

    public static int TooLong(int seed)
    {
        var total = 0;
        total += seed * 0;
        total += seed * 1;
        total += seed * 2;
        total += seed * 3;
        total += seed * 4;
        total += seed * 5;
        total += seed * 6;
        total += seed * 7;
        total += seed * 8;
        total += seed * 9;
        total += seed * 10;
        total += seed * 11;
        total += seed * 12;
        total += seed * 13;
        total += seed * 14;
        total += seed * 15;
        total += seed * 16;
        total += seed * 17;
        total += seed * 18;
        total += seed * 19;
        total += seed * 20;
        total += seed * 21;
        total += seed * 22;
        total += seed * 23;
        total += seed * 24;
        total += seed * 25;
        total += seed * 26;
        total += seed * 27;
        total += seed * 28;
        total += seed * 29;
        total += seed * 30;
        total += seed * 31;
        total += seed * 32;
        total += seed * 33;
        total += seed * 34;
        total += seed * 35;
        total += seed * 36;
        total += seed * 37;
        total += seed * 38;
        total += seed * 39;
        total += seed * 40;
        total += seed * 41;
        total += seed * 42;
        total += seed * 43;
        total += seed * 44;
        total += seed * 45;
        total += seed * 46;
        total += seed * 47;
        total += seed * 48;
        total += seed * 49;
        total += seed * 50;
        total += seed * 51;
        total += seed * 52;
        total += seed * 53;
        total += seed * 54;
        total += seed * 55;
        total += seed * 56;
        total += seed * 57;
        total += seed * 58;
        total += seed * 59;
        total += seed * 60;
        total += seed * 61;
        total += seed * 62;
        total += seed * 63;
        total += seed * 64;
        total += seed * 65;
        total += seed * 66;
        total += seed * 67;
        total += seed * 68;
        total += seed * 69;
        return total;
    }

    public static int Fits(int seed)
    {
        var total = 0;
        total += seed * 0;
        total += seed * 1;
        total += seed * 2;
        total += seed * 3;
        total += seed * 4;
        total += seed * 5;
        total += seed * 6;
        total += seed * 7;
        total += seed * 8;
        total += seed * 9;
        total += seed * 10;
        total += seed * 11;
        total += seed * 12;
        total += seed * 13;
        total += seed * 14;
        total += seed * 15;
        total += seed * 16;
        total += seed * 17;
        total += seed * 18;
        total += seed * 19;
        total += seed * 20;
        total += seed * 21;
        total += seed * 22;
        total += seed * 23;
        total += seed * 24;
        total += seed * 25;
        total += seed * 26;
        total += seed * 27;
        total += seed * 28;
        total += seed * 29;
        total += seed * 30;
        total += seed * 31;
        total += seed * 32;
        total += seed * 33;
        total += seed * 34;
        total += seed * 35;
        total += seed * 36;
        total += seed * 37;
        total += seed * 38;
        total += seed * 39;
        total += seed * 40;
        total += seed * 41;
        total += seed * 42;
        total += seed * 43;
        total += seed * 44;
        total += seed * 45;
        total += seed * 46;
        total += seed * 47;
        total += seed * 48;
        total += seed * 49;
        return total;
    }
}
