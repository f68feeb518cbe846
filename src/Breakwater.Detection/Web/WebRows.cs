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

/// <summary>A client network and the last day on which it was seen.</summary>
internal struct ClusterRow : IBottomRow<ClusterRow>
{
    public ulong Hash { get; set; }

    public int Day;

    public void Add(in ClusterRow other) => Day = Math.Max(Day, other.Day);
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
    public ulong Hash { get; set; }

    public Address Client;
    public uint Requests, Pages, Writes, Errors, ActiveSeconds;
    public int FirstSecond, LastSecond;

    // A bit for each of 64 classes of URLs: tells how many different ones there were, up to some dozens.
    private ulong _urls;

    /// <summary>What was seen in any of its requests.</summary>
    public WebFlags Flags;

    /// <summary>Smallest and largest hash of its agents: different ones say that there were several.</summary>
    public ulong FirstAgent, LastAgent;

    public readonly uint Assets => Requests - Pages;

    public readonly bool HasOneAgent => FirstAgent == LastAgent;

    /// <summary>Seconds from its first to its last request, one at least.</summary>
    public readonly int Span => LastSecond - FirstSecond + 1;

    /// <summary>Different pages, as far as 64 bits tell (linear counting; Whang et al. 1990).</summary>
    public readonly double DistinctPages
    {
        get
        {
            var empty = 64 - BitOperations.PopCount(_urls);
            return empty == 0 ? Pages : Math.Min(Pages, 64 * Math.Log(64.0 / empty));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in WebEntry entry, int second)
    {
        if (Requests == 0)
            (Client, FirstSecond, LastSecond, ActiveSeconds, FirstAgent, LastAgent) = (entry.Client, second, second, 1, entry.Agent, entry.Agent);
        Requests++;
        if (second != LastSecond)
            (LastSecond, ActiveSeconds) = (second, ActiveSeconds + 1);
        if (entry.IsPage)
        {
            Pages++;
            _urls |= 1UL << (int)(entry.Url >> 58);
        }

        // Without a branch: nobody can guess the status of the next one.
        Writes += entry.Has(WebFlags.Writes) ? 1U : 0;
        Errors += entry.Status >= 400 ? 1U : 0;
        Flags |= entry.Flags;
        if (entry.Agent < FirstAgent)
            FirstAgent = entry.Agent;
        if (entry.Agent > LastAgent)
            LastAgent = entry.Agent;
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

        (Requests, Pages, Writes) = (Requests + other.Requests, Pages + other.Pages, Writes + other.Writes);
        (Errors, ActiveSeconds) = (Errors + other.Errors, ActiveSeconds + other.ActiveSeconds);
        (FirstSecond, LastSecond) = (Math.Min(FirstSecond, other.FirstSecond), Math.Max(LastSecond, other.LastSecond));
        (FirstAgent, LastAgent) = (Math.Min(FirstAgent, other.FirstAgent), Math.Max(LastAgent, other.LastAgent));
        _urls |= other._urls;
        Flags |= other.Flags;
    }
}
