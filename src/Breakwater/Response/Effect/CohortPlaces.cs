namespace Breakwater.Response.Effect;

/// <summary>Whom a watch looks at, as they stood when it began; one of each for each client.</summary>
/// <param name="Places">Its place in the meter.</param>
/// <param name="Since">First second in which it was counted.</param>
/// <param name="Networks">Number of its network (/24, /48), from 0 on.</param>
internal sealed record CohortPlaces(int[] Places, long[] Since, int[] Networks);
