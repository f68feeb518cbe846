using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Reports;

namespace Breakwater.Top;

/// <summary>What the person at the terminal chose.</summary>
internal sealed record TopChoice
{
    public TopPanel Panel { get; init; }

    public TopOrder Order { get; init; }

    public bool IsPaused { get; init; }
}

/// <summary>
/// Makes the lines of one view. A high terminal shows all panels with the chosen one at length, a low one the chosen panel alone. No line is wider
/// than the terminal.
/// </summary>
internal sealed class TopView(TopStyle style)
{
    private const int PlainRows = 8;
    private const int PanelCount = 5;
    private const int FewestRows = 3;
    private const int BarWidth = 10;

    private static readonly string[] _names = ["Paths", "Clients", "Agents", "Statuses", "Hosts"];

    /// <summary>The view.</summary>
    /// <param name="tally">What was counted; nothing else may count meanwhile.</param>
    /// <param name="choice">What is chosen.</param>
    /// <param name="name">What is read.</param>
    /// <param name="note">What else is to be said: how far reading is, or the lag.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Lines of the terminal.</param>
    public List<string> Lines(TopTally tally, TopChoice choice, string name, string note, int width, int height)
    {
        var lines = new List<string>();
        Header(tally, choice, name, note, width, lines);
        var left = height - lines.Count - 1;
        var isAll = left >= (PanelCount * (FewestRows + 2)) + 4;
        var others = isAll ? Math.Clamp((left - (PanelCount * 2)) / (PanelCount + 2), FewestRows, 8) : 0;
        foreach (var panel in Enum.GetValues<TopPanel>())
        {
            if (panel == choice.Panel)
                Panel(tally, choice, panel, isAll ? left - (PanelCount * 2) - (others * (PanelCount - 1)) : left - 2, width, lines);
            else if (isAll)
                Panel(tally, choice, panel, others, width, lines);
        }

        lines.RemoveRange(Math.Min(lines.Count, height - 1), Math.Max(0, lines.Count - height + 1));
        while (lines.Count < height - 1)
            lines.Add("");
        lines.Add(Footer(width));
        return lines;
    }

    /// <summary>The view as a block for a file, a pipe, or what stays on the terminal at the end: all panels, no wider than this.</summary>
    public List<string> Block(TopTally tally, TopChoice choice, string name, string note, int width)
    {
        var lines = new List<string>();
        Header(tally, choice, name, note, width, lines);
        foreach (var panel in Enum.GetValues<TopPanel>())
            Panel(tally, choice, panel, Math.Min(PlainRows, tally[panel].Count), width, lines);
        return lines;
    }

    private void Header(TopTally tally, TopChoice choice, string name, string note, int width, List<string> lines)
    {
        var clock = tally.NewestSecond is { } second ? $"{TopFormat.Time(second)} UTC" : "no line yet";
        var state = choice.IsPaused ? style.Warning(" PAUSED") : "";
        var title = Cut($"breakwater top  {TopTable.Shown(Encoding.Latin1.GetBytes(name))}", Math.Max(10, width - 50));
        lines.Add(style.Title(title) + style.Faint(Cut($"   {clock}   {TopTable.Shown(Encoding.Latin1.GetBytes(note))}", Math.Max(0, width - title.Length - 7))) + state);
        lines.Add(Verdict(tally, width));
        var span = Math.Clamp(width - 45, 1, 60);
        var rates = tally.Rates(span);
        lines.Add("");
        lines.Add($"{style.Title(TopFormat.Rate(Recent(rates)).PadLeft(9))} req/s  {style.Bar(rates.Max() == 0 ? new string(' ', span) : Sparkline.Draw(rates))} {style.Faint($"{span} s")}  peak {TopFormat.Count(tally.PeakPerSecond)}/s");
        var total = tally.Requests;
        lines.Add(Cut(
            $"{TopFormat.Count(total),9} requests  {TopFormat.Bytes(tally.Bytes)}  ~{TopFormat.Count(tally.Clients)} clients  2xx {TopFormat.Share(tally.Statuses[2], total)}  3xx {TopFormat.Share(tally.Statuses[3], total)}  "
            + $"4xx {TopFormat.Share(tally.Statuses[4], total)}  5xx {TopFormat.Share(tally.Statuses[5], total)}" + (tally.Unreadable > 0 ? $"  {TopFormat.Count(tally.Unreadable)} unreadable" : ""), width));
        lines.Add("");
    }

    /// <summary>The mean of the last seconds that are over.</summary>
    private static double Recent(ulong[] rates) => rates.Skip(rates.Length - 3).Average(static rate => (double)rate);

    private string Verdict(TopTally tally, int width)
    {
        var open = tally.Open.ToList();
        if (open.Count == 0)
        {
            var before = tally.Closed == 0 ? "nothing unusual" : string.Create(CultureInfo.InvariantCulture, $"nothing unusual now; {tally.Closed} incident{(tally.Closed == 1 ? "" : "s")} before, the last: {IncidentText.Headline(tally.Last!)}");
            return style.Quiet(Cut(before, width));
        }

        var gravest = open.OrderByDescending(static incident => incident.Verdict).ThenBy(static incident => incident.StartedNanoseconds).First();
        var since = gravest.StartedNanoseconds is { } started ? $" since {TopFormat.Time(started / 1_000_000_000)[11..]}" : "";
        var text = Cut($" {IncidentText.Headline(gravest).TrimEnd('.')}{since}{(open.Count > 1 ? $"; {open.Count - 1} more" : "")} ", width);
        return gravest.Verdict switch
        {
            Detection.Verdict.Attack => style.Attack(text),
            Detection.Verdict.FlashCrowd => style.Crowd(text),
            _ => style.Warning(text),
        };
    }

    private void Panel(TopTally tally, TopChoice choice, TopPanel panel, int rows, int width, List<string> lines)
    {
        var table = tally[panel];
        var isChosen = panel == choice.Panel;
        var title = $" {(int)panel + 1} {_names[(int)panel]} ";
        var count = $"  {TopFormat.Count(table.Count)}{(table.HasMore ? " of more" : "")}, by {choice.Order.ToString().ToLowerInvariant()}";
        lines.Add((isChosen ? style.Chosen(title) : style.Title(title)) + style.Faint(Cut(count, Math.Max(0, width - title.Length))));
        var isTimed = tally[TopPanel.Statuses].First(1, TopOrder.Time) is [{ Milliseconds: > 0 }];
        var shown = table.First(Math.Max(1, rows), choice.Order);
        var most = shown.Count == 0 ? 0 : Math.Max(1, shown.Max(row => TopTable.Value(row, choice.Order)));
        foreach (var row in shown)
            lines.Add(Row(row, tally.Requests, most, choice.Order, isTimed, width));
        for (var empty = shown.Count; empty < rows; empty++)
            lines.Add("");
        if (rows > 0 && lines.Count > 0)
            lines.Add("");
    }

    private string Row(TopRow row, long total, double most, TopOrder order, bool isTimed, int width)
    {
        var filled = (int)Math.Round(BarWidth * TopTable.Value(row, order) / most);
        var bar = new string('█', filled) + new string('·', BarWidth - filled);
        var figures = $"{(row.Doubt > 0 ? "≤" : "") + TopFormat.Count(row.Requests),10} {TopFormat.Share(row.Requests, total),6} ";
        var more = $" {TopFormat.Rate(row.PerSecond),7}/s {TopFormat.Bytes(row.Bytes),9} {TopFormat.Share(row.Errors, row.Requests),6}{(isTimed ? $" {TopFormat.Duration(row.Milliseconds / (double)Math.Max(1, row.Requests)),7}" : "")}  ";
        var room = width - figures.Length - BarWidth - more.Length;
        return room < 8
            ? Cut($"{figures}{row.Text}", width)
            : figures + style.Bar(bar) + more + Cut(row.Text, room);
    }

    private string Footer(int width) => style.Faint(Cut("1-5 panel   s sort   p pause   q quit      columns: requests, share, rate now, bytes, errors (4xx and 5xx), mean time where logged", width));

    private static string Cut(string text, int width) => text.Length <= width ? text : width <= 1 ? text[..Math.Max(0, width)] : text[..(width - 1)] + "…";
}
