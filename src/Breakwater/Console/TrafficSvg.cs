using System.Globalization;
using System.Text;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>Traffic against its usual band as SVG, drawn by the server: it needs no script.</summary>
internal static class TrafficSvg
{
    private const int Width = 1_000;

    private static readonly double[] _gridLines = [0.25, 0.5, 0.75, 1.0];

    /// <summary>A line and its band alone.</summary>
    public static Html Spark(IReadOnlyList<TrafficPoint> points, int seconds)
    {
        const int height = 120;
        return Html.Of($"""<svg class="spark" viewBox="0 0 {Width} {height}" preserveAspectRatio="none" role="img" aria-label="traffic of the last {seconds} seconds">{Shapes(points, seconds, height, Top(points))}</svg>""");
    }

    /// <summary>With the scale at its right edge.</summary>
    public static Html Chart(IReadOnlyList<TrafficPoint> points, int seconds)
    {
        const int height = 260;
        if (points.Count < 2)
            return Html.Of($"""<p class="none">No traffic has been seen yet.</p>""");
        var top = Top(points);
        var lines = Html.Join(_gridLines.Select(part => Html.Of($"""<line class="grid" x1="0" x2="{Width}" y1="{height - (part * height):0.#}" y2="{height - (part * height):0.#}"/>""")));
        return Html.Of($"""
            <div class="plot"><svg viewBox="0 0 {Width} {height}" preserveAspectRatio="none" role="img" aria-label="packets per second, last {seconds} seconds">{lines}{Shapes(points, seconds, height, top)}</svg>
            <div class="scale"><span>{Quantity.Packets(top)}</span><span>{Quantity.Packets(top / 2)}</span><span>0</span></div></div>
            """);
    }

    private static Html Shapes(IReadOnlyList<TrafficPoint> points, int seconds, int height, double top)
    {
        if (points.Count < 2)
            return Html.Empty;
        var end = points[^1].At;
        var (line, upper, lower) = (new StringBuilder(), new List<string>(), new List<string>());
        foreach (var point in points)
        {
            var x = Width * (1 - ((end - point.At).TotalSeconds / seconds));
            line.Append(Text($"{x:0.#},{Y(point.PacketsPerSecond)} "));
            if (point is { UsualLow: { } low, UsualHigh: { } high })
            {
                upper.Add(Text($"{x:0.#},{Y(high)}"));
                lower.Add(Text($"{x:0.#},{Y(low)}"));
            }
        }
        lower.Reverse();
        var band = upper.Count > 1 ? Html.Of($"""<polygon class="band" points="{string.Join(' ', upper.Concat(lower))}"/>""") : Html.Empty;
        return Html.Of($"""{band}<polyline class="line" points="{line.ToString()}" vector-effect="non-scaling-stroke"/>""");
        string Y(double value) => Text($"{height - (Math.Min(value / top, 1) * (height - 4)) - 2:0.#}");
    }

    /// <summary>A round number above all there is.</summary>
    private static double Top(IReadOnlyList<TrafficPoint> points)
    {
        var most = points.Count == 0 ? 1 : points.Max(static point => Math.Max(point.PacketsPerSecond, point.UsualHigh ?? 0));
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 1))));
        return Math.Ceiling(Math.Max(most, 1) * 1.05 / (step / 2)) * (step / 2);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
