namespace Breakwater.Wire.AccessLog;

/// <summary>Reads one line of JSON (RFC 8259), without recursion: depth is a number, and what an object is a byte a level.</summary>
internal ref struct JsonLine
{
    private readonly ReadOnlySpan<byte> _line;
    private readonly JsonKeys _keys;
    private Levels _levels;
    private LogField _field;
    private JsonScope _inner;
    private int _at;
    private int _depth;

    private JsonLine(JsonKeys keys, ReadOnlySpan<byte> line, int start)
    {
        _keys = keys;
        _line = line;
        _at = start;
        _inner = JsonScope.Root;
    }

    /// <summary>Reads the line from <paramref name="start"/>; a member that stands twice counts as it stands last.</summary>
    public static LogError Read(JsonKeys keys, ReadOnlySpan<byte> line, int start, ref LogTime time, ref LogRequest request)
    {
        var json = new JsonLine(keys, line, start);
        json.SkipSpace();
        if (json.Peek() != '{')
            return json._at < line.Length ? LogError.OtherFormat : LogError.Truncated;
        var error = json.ReadValues(ref time, ref request);
        if (error != LogError.None)
            return error;
        request.Escapes = LogEscapes.Json;
        return LogError.None;
    }

    private LogError ReadValues(ref LogTime time, ref LogRequest request)
    {
        while (true)
        {
            var error = ReadValue(ref time, ref request, out var opened);
            if (error != LogError.None)
                return error;
            while (!opened)
            {
                SkipSpace();
                if (_depth == 0)
                    return _at == _line.Length ? LogError.None : LogError.BadJson;
                var next = Peek();
                _at++;
                if (next == ',')
                {
                    error = BeginNext();
                    break;
                }

                if (next != (IsArray ? ']' : '}'))
                    return Fault(next);
                _depth--;
            }

            if (error != LogError.None)
                return error;
        }
    }

    // One value; of an object or array only its begin, up to its first value.
    private LogError ReadValue(ref LogTime time, ref LogRequest request, out bool opened)
    {
        opened = false;
        SkipSpace();
        var first = Peek();
        if (first is '{' or '[')
        {
            if (_depth == LogLimits.JsonDepth)
                return LogError.TooDeep;
            _levels[++_depth] = (byte)(first == '[' ? 0x80 : (byte)_inner);
            _at++;
            SkipSpace();
            if (Peek() == (first == '[' ? ']' : '}'))
            {
                _at++;
                _depth--;
                return LogError.None;
            }

            opened = true;
            return first == '[' ? LogError.None : ReadKey(); // an array's first value is the field's
        }

        if (first == '"')
            return TryReadString(out var text) ? Store(text, ref time, ref request) : LogError.Truncated;
        var length = _line[_at..].IndexOfAnyExcept(_scalar);
        var scalar = new LogText(_at, length < 0 ? _line.Length - _at : length);
        _at += scalar.Length;
        return Scalar(scalar, ref time, ref request);
    }

    private LogError Scalar(LogText scalar, ref LogTime time, ref LogRequest request)
    {
        var text = scalar.In(_line);
        if (text is [])
            return Fault(Peek());
        if (text.SequenceEqual("null"u8) || text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8))
            return LogError.None;
        return text[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? Store(scalar, ref time, ref request) : LogError.BadJson;
    }

    private LogError Store(LogText text, ref LogTime time, ref LogRequest request)
    {
        var (field, _) = (_field, _field = LogField.Skipped);
        var error = FieldStore.Store(field, _line, text, ref time, ref request);
        // Durations can be configured as text with a unit: unknown then, and no reason to lose the request.
        return error == LogError.BadNumber && field >= LogField.DurationSeconds ? LogError.None : error;
    }

    private LogError BeginNext()
    {
        if (!IsArray)
            return ReadKey();
        (_field, _inner) = (LogField.Skipped, JsonScope.Other);
        return LogError.None;
    }

    private LogError ReadKey()
    {
        SkipSpace();
        if (Peek() != '"')
            return Fault(Peek());
        if (!TryReadString(out var key))
            return LogError.Truncated;
        SkipSpace();
        if (Peek() != ':')
            return Fault(Peek());
        _at++;
        (_field, _inner) = _keys.Find((JsonScope)_levels[_depth], key.In(_line));
        return LogError.None;
    }

    // At a quote: what stands up to the next one that no backslash stands before.
    private bool TryReadString(out LogText text)
    {
        var start = ++_at;
        text = default;
        while (true)
        {
            var found = _line[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
                return false;
            _at += found + 1;
            if (_line[_at - 1] == '"')
                break;
            if (_at == _line.Length)
                return false;
            _at++;
        }

        text = new LogText(start, _at - 1 - start);
        return true;
    }

    private readonly bool IsArray => _levels[_depth] == 0x80;

    private readonly int Peek() => _at < _line.Length ? _line[_at] : -1;

    private static LogError Fault(int octet) => octet < 0 ? LogError.Truncated : LogError.BadJson;

    private void SkipSpace()
    {
        while (_at < _line.Length && _line[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private static readonly System.Buffers.SearchValues<byte> _scalar = System.Buffers.SearchValues.Create("+-.0123456789Eabcdefghijklmnopqrstuvwxyz"u8);

    [System.Runtime.CompilerServices.InlineArray(LogLimits.JsonDepth + 1)]
    private struct Levels
    {
        private byte _first;
    }
}
