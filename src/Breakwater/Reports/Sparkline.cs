using System.Text;

namespace Breakwater.Reports;

/// <summary>A line of eight heights.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>One character a value, the largest full height; nothing at all is a space.</summary>
    public static string Draw(IReadOnlyList<ulong> values)
    {
        var most = values.Max();
        var line = new StringBuilder(values.Count);
        foreach (var value in values)
            line.Append(value == 0 ? ' ' : Blocks[Math.Min(7, (int)((UInt128)value * 8 / most))]);
        return line.ToString();
    }
}
