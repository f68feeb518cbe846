using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Breakwater.Console;

/// <summary>HTML that is safe to send: made from literals, and from values that were encoded on their way in.</summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html Empty = new("");

    /// <summary><c>Html.Of($"&lt;p&gt;{text}")</c>: what stands in braces is encoded, unless it is <see cref="Html"/> itself.</summary>
    public static Html Of(HtmlHandler handler) => new(handler.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(static part => part.Markup)));

    public override string ToString() => Markup;
}

/// <summary>Builds <see cref="Html"/> from an interpolated string; attribute values stand in double quotes.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler
{
    private readonly StringBuilder _text;

    public HtmlHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Html html) => _text.Append(html.Markup);

    public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
