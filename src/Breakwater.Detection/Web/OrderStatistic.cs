using System.Runtime.CompilerServices;

namespace Breakwater.Detection.Web;

/// <summary>
/// The n-th smallest without sorting: Hoare's selection (1961) among the few that lie about where it has to be, as in Floyd and Rivest (1975), only that
/// hashes need no sample: they are spread evenly. Keyed hashes leave nobody the choice of their order.
/// </summary>
internal static class OrderStatistic
{
    /// <summary>How many of the standard deviations of its place are looked at on either side.</summary>
    private const double Deviations = 5;

    private const int MostInWindow = 2_048;

    /// <summary>The value that would stand at this place, were they sorted.</summary>
    /// <param name="values">Hashes. There may be others among them, if these are larger than the one that is looked for.</param>
    /// <param name="count">How many of them count.</param>
    /// <param name="place">A place among them, from 0.</param>
    /// <param name="limit">They are spread evenly up to it, or nearly so; this changes the time alone.</param>
    [SkipLocalsInit] // of the window nothing is read that was not written
    public static ulong Select(ReadOnlySpan<ulong> values, int count, int place, ulong limit)
    {
        Span<ulong> window = stackalloc ulong[MostInWindow];
        var part = (place + 0.5) / count;
        var half = (Deviations * Math.Sqrt(part * (1 - part) / count)) + (1.0 / count);
        var (from, to) = ((ulong)(Math.Max(0, part - half) * limit), (ulong)(Math.Min(1, part + half) * limit));
        var (below, inside) = (0, 0);
        foreach (var value in values)
        {
            // Without a branch: nobody can guess where the next one lies.
            below += value < from ? 1 : 0;
            window[inside] = value;
            inside += value >= from && value <= to ? 1 : 0;
            if (inside == MostInWindow)
                break;
        }

        return inside < MostInWindow && place >= below && place < below + inside ? Select(window[..inside], place - below) : Select(values.ToArray(), place);
    }

    private static ulong Select(Span<ulong> values, int place)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var pivot = values[low + ((high - low) / 2)];
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (values[left] < pivot)
                    left++;
                while (values[right] > pivot)
                    right--;
                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    (left, right) = (left + 1, right - 1);
                }
            }

            if (place <= right)
                high = right;
            else if (place >= left)
                low = left;
            else
                break;
        }

        return values[place];
    }
}
