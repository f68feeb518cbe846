namespace Breakwater.Top;

/// <summary>What was counted of one path, network, agent, status or host.</summary>
internal sealed class TopRow(string text)
{
    /// <summary>Of letters that a terminal shows, and no others.</summary>
    public string Text => text;

    public long Requests { get; set; }

    public long Bytes { get; set; }

    /// <summary>Answers from 400 on.</summary>
    public long Errors { get; set; }

    /// <summary>Times of requests added up, where the log tells them.</summary>
    public long Milliseconds { get; set; }

    /// <summary>Most requests that <see cref="Requests"/> may hold of others that made room for it.</summary>
    public long Doubt { get; init; }

    /// <summary>Requests a second, lately.</summary>
    public double PerSecond { get; private set; }

    private long _before;

    /// <summary>A time has passed: what came in it counts most.</summary>
    public void Pass(double seconds)
    {
        var rate = Math.Max(0, Requests - _before) / Math.Max(0.001, seconds);
        PerSecond += (rate - PerSecond) * (1 - Math.Exp(-seconds / 2));
        _before = Requests;
    }

    /// <summary>Begins with the doubt alone: nothing of it came lately.</summary>
    public static TopRow After(string text, long doubt) => new(text) { Requests = doubt, Doubt = doubt, _before = doubt };
}
