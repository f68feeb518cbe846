using System.Runtime.InteropServices;
using System.Text;
using Breakwater.Telemetry.Live;

namespace Breakwater.Top;

/// <summary>
/// The terminal: its size, keys as they are pressed (from /dev/tty, so that standard input can be the log), and another screen while the view is shown.
/// All is put back at the end.
/// </summary>
internal sealed unsafe partial class TopTerminal : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l\u001b[?7l", Leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private const nuint WindowSize = 0x5413; // TIOCGWINSZ
    private const int DrainedThenSet = 1; // TCSADRAIN
    private const int SettingsBytes = 64; // struct termios and room
    private const int LocalFlags = 12, Characters = 17; // c_lflag, c_cc
    private const uint Canonical = 0x2, Echo = 0x8; // ICANON, ECHO
    private const int MinimumCharacters = 6, WaitTime = 5; // VMIN, VTIME
    private const int ReadWrite = 2, NoControllingTerminal = 0x100;

    private readonly Stream _output;
    private readonly byte[] _settings = new byte[SettingsBytes];
    private readonly int _keys;
    private readonly bool _hasSettings;
    private readonly StringBuilder _frame = new();

    /// <param name="output">Standard output, which is a terminal.</param>
    public TopTerminal(Stream output)
    {
        _output = output;
        _keys = Open("/dev/tty", ReadWrite | NoControllingTerminal);
        fixed (byte* settings = _settings)
            _hasSettings = _keys >= 0 && GetSettings(_keys, settings) == 0;
        if (_hasSettings)
            SetKeys();
        try
        {
            Write(Enter);
        }
        catch
        {
            Restore();
            throw;
        }
    }

    /// <summary>Columns and lines; what most terminals have when it does not tell.</summary>
    public static (int Width, int Height) Size
    {
        get
        {
            var size = default(WindowSizes);
            return Control(1, WindowSize, &size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : (80, 24);
        }
    }

    /// <summary>The next key that was pressed; null: none. Keys of several octets (arrows) are none.</summary>
    public char? Key()
    {
        if (!_hasSettings)
            return null;
        var entry = new LibC.PollEntry { Descriptor = _keys, Events = LibC.PollIn };
        if (LibC.Poll(&entry, 1, 0) <= 0)
            return null;
        var octets = stackalloc byte[16];
        return Read(_keys, octets, 16) == 1 ? (char)octets[0] : null;
    }

    /// <summary>Shows the lines instead of what stands there.</summary>
    public void Show(List<string> lines)
    {
        _frame.Clear().Append("\u001b[H");
        for (var index = 0; index < lines.Count; index++)
            _frame.Append(lines[index]).Append("\u001b[0m\u001b[K").Append(index + 1 < lines.Count ? "\r\n" : "");
        Write(_frame.Append("\u001b[J").ToString());
    }

    public void Dispose()
    {
        try
        {
            Write(Leave);
        }
        finally
        {
            Restore();
        }
    }

    private void Restore()
    {
        fixed (byte* settings = _settings)
        {
            if (_hasSettings)
                _ = SetSettings(_keys, DrainedThenSet, settings);
        }

        if (_keys >= 0)
            _ = Close(_keys);
    }

    /// <summary>Each key at once, and not shown; Ctrl+C stays what it is.</summary>
    private void SetKeys()
    {
        var settings = (byte[])_settings.Clone();
        var flags = BitConverter.ToUInt32(settings, LocalFlags) & ~(Canonical | Echo);
        BitConverter.TryWriteBytes(settings.AsSpan(LocalFlags), flags);
        (settings[Characters + MinimumCharacters], settings[Characters + WaitTime]) = (0, 0);
        fixed (byte* changed = settings)
            _ = SetSettings(_keys, DrainedThenSet, changed);
    }

    private void Write(string text) => _output.Write(Encoding.UTF8.GetBytes(text));

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSizes
    {
        public ushort Rows, Columns, Width, Height;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, WindowSizes* sizes);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetSettings(int descriptor, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetSettings(int descriptor, int when, byte* settings);
}
