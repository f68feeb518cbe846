namespace Breakwater.Notify;

/// <summary>How a delivery ended.</summary>
/// <param name="Fault">Why it did not arrive, as the end of a sentence; null: it did.</param>
/// <param name="IsFinal">Another attempt would end the same way.</param>
internal readonly record struct Delivery(string? Fault, bool IsFinal)
{
    public static readonly Delivery Done = new(null, true);

    public static Delivery Later(string fault) => new(fault, false);

    public static Delivery Never(string fault) => new(fault, true);
}

/// <summary>Somebody who is told. One delivery at a time; failure is a value.</summary>
internal interface IReceiver
{
    /// <summary>What it is, for people: <c>mail mx.example.net:587</c>. No secret is part of it.</summary>
    string Name { get; }

    /// <summary>What it was made from: while that stays equal over a reload, its lane stays.</summary>
    object Settings { get; }

    /// <summary>True when it wants <see cref="NoticeKind.State"/> and no repeats: it repeats by itself.</summary>
    bool KeepsState { get; }

    /// <summary>Delivers a notice, or says why not. Takes <see cref="Receivers.Patience"/> at most.</summary>
    Task<Delivery> Deliver(Notice notice, CancellationToken abort);
}
