namespace Breakwater.Detection.Web;

/// <summary>Hoare's selection (1961): the n-th smallest without sorting. Keyed hashes leave nobody the choice of their order.</summary>
internal static class OrderStatistic
{
    /// <summary>The value that would stand at this place, were they sorted; moves them about.</summary>
    public static ulong Select(Span<ulong> values, int place)
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
