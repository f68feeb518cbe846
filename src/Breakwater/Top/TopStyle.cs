namespace Breakwater.Top;

/// <summary>How parts of the view are marked: with the terminal's own colours, or not at all.</summary>
/// <param name="isColoured">False for plain text.</param>
internal sealed class TopStyle(bool isColoured)
{
    public bool IsColoured => isColoured;

    public string Title(string text) => Mark(text, "1");

    public string Faint(string text) => Mark(text, "2");

    public string Bar(string text) => Mark(text, "36");

    public string Chosen(string text) => Mark(text, "1;7");

    public string Attack(string text) => Mark(text, "1;97;41");

    public string Crowd(string text) => Mark(text, "1;30;43");

    public string Quiet(string text) => Mark(text, "32");

    public string Warning(string text) => Mark(text, "33");

    private string Mark(string text, string code) => isColoured ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
