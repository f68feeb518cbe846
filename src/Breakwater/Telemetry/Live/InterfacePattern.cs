namespace Breakwater.Telemetry.Live;

/// <summary>Names of interfaces with <c>*</c> for any characters and <c>?</c> for one; letters count as they are written.</summary>
internal static class InterfacePattern
{
    /// <summary>True when the whole name is like the pattern. Takes no longer than both lengths multiplied.</summary>
    public static bool IsLike(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        var (at, next, star, retry) = (0, 0, -1, 0);
        while (at < name.Length)
        {
            if (next < pattern.Length && pattern[next] == '*')
            {
                (star, retry) = (next++, at);
            }
            else if (next < pattern.Length && (pattern[next] == '?' || pattern[next] == name[at]))
            {
                next++;
                at++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (next, at) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern[next..].TrimStart('*').IsEmpty;
    }
}
