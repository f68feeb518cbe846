using Breakwater.Detection;

namespace Breakwater.Incidents;

/// <summary>States and verdicts as JSON, the database and pages spell them.</summary>
internal static class StateNames
{
    private static readonly (KeptState State, string Name)[] _states =
    [
        (KeptState.Suspected, "suspected"), (KeptState.Active, "active"), (KeptState.Quiet, "quiet"), (KeptState.Reopened, "reopened"), (KeptState.Closed, "closed"),
    ];

    public static IEnumerable<string> All => _states.Select(static entry => entry.Name);

    public static string Of(KeptState state) => _states.First(entry => entry.State == state).Name;

    /// <summary>Null for no state's name.</summary>
    public static KeptState? Parse(string name)
    {
        foreach (var (state, known) in _states)
        {
            if (known == name)
                return state;
        }

        return null;
    }

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Attack => "attack",
        Verdict.FlashCrowd => "flash-crowd",
        Verdict.Undetermined => "undetermined",
        _ => "insufficient-evidence",
    };
}
