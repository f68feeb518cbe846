using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Breakwater.Configuration;

/// <summary>
/// Reads YAML into nodes that know their place. Of YAML it takes sections, lists and single values; anchors, aliases, tags and further
/// documents are mistakes, because they make a file mean something other than it shows.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Longest file, in octets; it bounds everything made from it.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Deepest nesting of sections and lists.</summary>
    public const int MaxDepth = 32;

    /// <summary>YAML 1.2 §5.1: no C0 control but tab and line ends, no DEL.</summary>
    private static readonly SearchValues<char> _controlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code).Where(static c => c is not ('\t' or '\n' or '\r')), '\u007F']);

    private const string YamlTags = "tag:yaml.org,2002:";
    private const string CureForSyntax = "look there and on the line before for indentation (spaces, no tabs), quotes, brackets and colons";

    private readonly string _file;
    private readonly ConfigMistakes _mistakes;
    private readonly Parser _events;

    /// <summary>Nested too deep: the parser's time grows with the square of the depth, so that reading ends there.</summary>
    private bool _isStopped;

    private YamlTree(string file, string text, ConfigMistakes mistakes)
    {
        _file = file;
        _mistakes = mistakes;
        _events = new Parser(new StringReader(text));
    }

    private ParsingEvent Current => _events.Current ?? throw new InvalidOperationException("The parser gave no event where YAML has one.");

    /// <summary>The file's one document; null when it could not be read to its end (then a mistake says where).</summary>
    public static ConfigNode? Read(string file, ReadOnlySpan<byte> utf8, ConfigMistakes mistakes)
    {
        if (utf8.Length > MaxBytes)
        {
            mistakes.Add(ConfigPlace.WholeFile(file), "the file is longer than 1 MiB", "remove what is not configuration");
            return null;
        }

        return Decode(file, utf8, mistakes) is { } text ? new YamlTree(file, text, mistakes).ReadFile() : null;
    }

    /// <summary>Strict UTF-8, without the control characters at which the parser would stop reading in silence.</summary>
    private static string? Decode(string file, ReadOnlySpan<byte> utf8, ConfigMistakes mistakes)
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8["\uFEFF"u8.Length..];
        var characters = new char[utf8.Length];
        var status = Utf8.ToUtf16(utf8, characters, out _, out var length, replaceInvalidSequences: false);
        var text = new string(characters, 0, length);
        if (status != OperationStatus.Done)
        {
            mistakes.Add(PlaceAfter(file, text), "the file is not UTF-8 from here on", "save it as UTF-8");
            return null;
        }

        var control = text.AsSpan().IndexOfAny(_controlCharacters);
        if (control < 0)
            return text;
        mistakes.Add(PlaceAfter(file, text[..control]), $"the file holds the control character U+{(int)text[control]:X4}", "remove it");
        return null;
    }

    private static ConfigPlace PlaceAfter(string file, string text) =>
        new(file, text.AsSpan().Count('\n') + 1, text.Length - text.LastIndexOf('\n'));

    private ConfigNode? ReadFile()
    {
        try
        {
            return ReadDocument();
        }
        catch (YamlException error)
        {
            _mistakes.Add(Place(error.Start), $"this is not YAML: {Sentence(error.Message)}", CureForSyntax);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or OverflowException or FormatException)
        {
            // The parser has such ends for some odd escapes and directives; where it stood is all that is known.
            _mistakes.Add(_events.Current is { } last ? Place(last.End) : new ConfigPlace(_file, 1, 1), "this is not YAML after here", CureForSyntax);
        }

        return null;
    }

    private ConfigNode? ReadDocument()
    {
        _events.MoveNext(); // the stream's start
        _events.MoveNext();
        if (Current is StreamEnd)
            return NoConfiguration();

        _events.MoveNext();
        var root = ReadNode(1);
        if (_isStopped)
            return null;
        _events.MoveNext();
        if (Current is DocumentStart second)
        {
            _mistakes.Add(Place(second.Start), "a second document begins", "keep one document in the file, without '---' between");
            return null;
        }

        return root is ScalarNode { IsNull: true } ? NoConfiguration() : root;
    }

    private ConfigNode? NoConfiguration()
    {
        _mistakes.Add(new ConfigPlace(_file, 1, 1), "the file holds no configuration", "begin with 'version: 1'");
        return null;
    }

    /// <summary>Reads the node that the current event begins, and moves to the event behind it.</summary>
    private ConfigNode ReadNode(int depth)
    {
        var place = Place(Current.Start);
        if (Current is AnchorAlias alias)
        {
            _mistakes.Add(place, $"the alias *{Bare(alias.Value.Value)} is not accepted", "write the value out");
            _events.MoveNext();
            return new RefusedNode(place);
        }

        RefuseAnchorAndTag(place);
        if (Current is Scalar scalar)
        {
            _events.MoveNext();
            return new ScalarNode(place, scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        if (depth > MaxDepth)
        {
            _mistakes.Add(place, "sections and lists are nested more than 32 deep", "write it flatter; nothing after here was read");
            _isStopped = true;
            return new RefusedNode(place);
        }

        return Current is SequenceStart ? ReadList(place, depth) : ReadMap(place, depth);
    }

    private void RefuseAnchorAndTag(ConfigPlace place)
    {
        if (Current is not NodeEvent node)
            return;
        if (!node.Anchor.IsEmpty)
            _mistakes.Add(place, $"the anchor &{Bare(node.Anchor.Value)} is not accepted", "remove it, and write the value out where it is needed");
        if (!node.Tag.IsEmpty)
            _mistakes.Add(place, $"the tag {ShortTag(node.Tag.Value)} is not accepted", "remove it: every key knows what its value is");
    }

    private ListNode ReadList(ConfigPlace place, int depth)
    {
        var items = ImmutableArray.CreateBuilder<ConfigNode>();
        _events.MoveNext();
        while (!_isStopped && Current is not SequenceEnd)
            items.Add(ReadNode(depth + 1));
        if (!_isStopped)
            _events.MoveNext();
        return new ListNode(place, items.ToImmutable());
    }

    private MapNode ReadMap(ConfigPlace place, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        var places = new Dictionary<string, ConfigPlace>(StringComparer.Ordinal);
        _events.MoveNext();
        // The parser gives the section of '[key: value]' no place of its own.
        if (place is { Line: 1, Column: 1 } && Current is not MappingEnd)
            place = Place(Current.Start);
        while (!_isStopped && Current is not MappingEnd)
        {
            var key = ReadNode(depth + 1);
            if (_isStopped)
                break;
            var value = ReadNode(depth + 1);
            if (key is not ScalarNode name)
            {
                if (key is not RefusedNode)
                    _mistakes.Add(key.Place, $"a key is {key.Kind}", "keys are names, such as 'version'");
            }
            else if (!places.TryAdd(name.Text, name.Place))
            {
                _mistakes.Add(name.Place, $"{ConfigMistakes.Quote(name.Text)} stands here a second time, first {places[name.Text].InWords}", "keep one of them");
            }
            else
            {
                entries.Add(new MapEntry(name.Text, name.Place, value));
            }
        }

        if (!_isStopped)
            _events.MoveNext();
        return new MapNode(place, entries.ToImmutable());
    }

    private ConfigPlace Place(Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    /// <summary>The tag as it is usually written: YAML's own as <c>!!int</c>.</summary>
    private static string ShortTag(string tag) =>
        Bare(tag.StartsWith(YamlTags, StringComparison.Ordinal) ? $"!!{tag[YamlTags.Length..]}" : tag);

    private static string Bare(string text) => ConfigMistakes.Quote(text).Trim('\'');

    /// <summary>The parser's words as a part of our sentence.</summary>
    private static string Sentence(string message)
    {
        var text = message.TrimEnd('.', ' ');
        return text.Length == 0 ? "it cannot be read" : char.ToLower(text[0], CultureInfo.InvariantCulture) + text[1..];
    }
}
