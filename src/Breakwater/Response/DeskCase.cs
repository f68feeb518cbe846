using System.Collections.Immutable;

namespace Breakwater.Response;

/// <summary>What the desk keeps of one incident. Times are timestamps of the clock that only goes forward.</summary>
internal sealed class DeskCase(DeskIncident incident)
{
    /// <summary>Seconds between searches that found nothing under the limit: samples of the attack still come in.</summary>
    private static readonly ImmutableArray<int> _pauses = [5, 5, 5, 5, 8, 15, 30, 60];

    /// <summary>Seconds between two searches, whatever the reason.</summary>
    private const int LeastPauseSeconds = 5;

    /// <summary>Seconds after which an answer is no reason any more to send or to tell something: the attack may be another one.</summary>
    private const int FreshSeconds = 60;

    public DeskIncident Incident { get; set; } = incident;

    /// <summary>A search is on its way.</summary>
    public bool IsSearching { get; set; }

    /// <summary>Searches that came back.</summary>
    public int Searches { get; private set; }

    /// <summary>Before this nothing is searched for once more for want of a filter.</summary>
    public long NextSearchAt { get; private set; }

    /// <summary>Before this no further search is begun, whatever the reason.</summary>
    public long EarliestSearchAt { get; private set; }

    /// <summary>Something is to be sent or told, and the answer is too old for it.</summary>
    public bool NeedsFreshAnswer { get; set; }

    /// <summary>Vectors of the search that is on its way.</summary>
    public ImmutableArray<string> SearchingVectors { get; set; } = [];

    /// <summary>Vectors that the last search was for that did not fail.</summary>
    public ImmutableArray<string> SearchedVectors { get; private set; } = [];

    /// <summary>The last search's answer; null before the first.</summary>
    public FilterAnswer? Answer { get; private set; }

    public long AnsweredAt { get; private set; }

    /// <summary>Why nothing was sent by itself; empty: something was, or nothing was looked at yet.</summary>
    public ImmutableArray<string> WhyNot { get; set; } = [];

    /// <summary>The alternative that was sent without a person; null: none.</summary>
    public string? Automatic { get; set; }

    public long AutomaticAt { get; set; }

    /// <summary>Vectors that what was sent by itself is for.</summary>
    public ImmutableArray<string> SentVectors { get; set; } = [];

    public bool IsEscalated { get; set; }

    /// <summary>The sentence that was told when nothing was under the limit, so that it is told once.</summary>
    public string? ToldNoFilter { get; set; }

    /// <summary>Since when it is closed; null: it is not.</summary>
    public long? ClosedAt { get; set; }

    /// <summary>Why its filters stay though it is closed; null: they do not.</summary>
    public string? WhyKept { get; set; }

    /// <summary>The vectors are others than those that were searched for.</summary>
    public bool HasNewVectors => Searches > 0 && !Incident.Vectors.SequenceEqual(SearchedVectors, StringComparer.Ordinal);

    public void Searched(FilterAnswer answer, long now, long frequency)
    {
        (IsSearching, NeedsFreshAnswer, Answer, AnsweredAt) = (false, false, answer, now);
        NextSearchAt = now + (_pauses[Math.Min(Searches, _pauses.Length - 1)] * frequency);
        EarliestSearchAt = answer.IsFailed ? NextSearchAt : now + (LeastPauseSeconds * frequency);
        if (!answer.IsFailed)
            SearchedVectors = SearchingVectors;
        Searches++;
    }

    /// <summary>The answer is young enough to act on.</summary>
    public bool IsFresh(TimeProvider time) => Answer is not null && time.GetElapsedTime(AnsweredAt) <= TimeSpan.FromSeconds(FreshSeconds);

    /// <summary>What was sent is gone, or was refused: it is searched for as at the beginning.</summary>
    public void Forget() => (Answer, Automatic, IsEscalated) = (null, null, false);

    /// <summary>It goes on: what is to be searched for may be another thing.</summary>
    public void Reopen() => (ClosedAt, WhyKept, Automatic, IsEscalated, Answer, NextSearchAt, Searches) = (null, null, null, false, null, 0, 0);
}
