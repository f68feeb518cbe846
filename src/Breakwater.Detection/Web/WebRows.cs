using System.Numerics;
using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Detection.Web;

/// <summary>A key and how often it was seen.</summary>
internal struct TallyRow : IBottomRow<TallyRow>
{
    public ulong Hash { get; set; }

    public long Requests;

    /// <summary>Of an agent: parts of pages, beside the requests for pages.</summary>
    public long Parts;

    /// <summary>Of a path group the hash of its folder; of an agent 0 where it is no browser.</summary>
    public ulong Parent;

    public void Add(in TallyRow other)
    {
        Requests += other.Requests;
        Parts += other.Parts;
        Parent = other.Parent;
    }
}

/// <summary>A request that stands for all, with what rules can be made of.</summary>
internal struct RequestRow : IBottomRow<RequestRow>
{
    public ulong Hash { get; set; }

    public WebEntry Entry;
    public long Requests;

    public void Add(in RequestRow other)
    {
        Entry = other.Entry;
        Requests += other.Requests;
    }
}

/// <summary>A client and what it asked for.</summary>
internal struct ClientRow : IBottomRow<ClientRow>
{
    private const int UrlClasses = 64;

    // Multiples of 2^-20: sums of them are exact up to 2^33 pages, and so the same in any order.
    private static readonly double[] _distinct =
        [.. Enumerable.Range(0, UrlClasses).Select(static seen => Math.Round(UrlClasses * Math.Log(UrlClasses / (double)(UrlClasses - seen)) * (1 << 20)) / (1 << 20)), double.MaxValue];

    public ulong Hash { get; set; }

    public Address Client;
    public uint Requests, Pages;
    public int FirstSecond, LastSecond;

    // A bit for each class of URLs: tells how many different ones there were, up to some dozens.
    private ulong _urls;

    /// <summary>What was seen in any of its requests.</summary>
    public WebFlags Flags;

    public readonly uint Assets => Requests - Pages;

    /// <summary>Seconds from its first to its last request, one at least.</summary>
    public readonly int Span => LastSecond - FirstSecond + 1;

    /// <summary>Different pages, as far as 64 bits tell (linear counting; Whang et al. 1990).</summary>
    public readonly double DistinctPages => Math.Min(Pages, _distinct[BitOperations.PopCount(_urls)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in WebEntry entry, int second)
    {
        if (Requests == 0)
            (Client, FirstSecond) = (entry.Client, second);
        Requests++;
        LastSecond = second;
        if (entry.IsPage)
        {
            Pages++;
            _urls |= 1UL << (int)(entry.Url >> 58);
        }

        Flags |= entry.Flags;
    }

    public void Add(in ClientRow other)
    {
        if (Requests == 0)
        {
            var hash = Hash;
            this = other;
            Hash = hash;
            return;
        }

        (Requests, Pages) = (Requests + other.Requests, Pages + other.Pages);
        (FirstSecond, LastSecond) = (Math.Min(FirstSecond, other.FirstSecond), Math.Max(LastSecond, other.LastSecond));
        _urls |= other._urls;
        Flags |= other.Flags;
    }
}
