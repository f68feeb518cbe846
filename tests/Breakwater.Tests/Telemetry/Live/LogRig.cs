using System.IO.Compression;
using System.Text;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Incidents;
using Breakwater.Tests.Live;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>A folder with a log that a test writes and rotates, and what an intake takes of it; its time is moved by the test.</summary>
internal sealed class LogRig : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly string _pattern;
    private LogIntake? _intake;
    private FileStream? _old;

    public LogRig(string pattern = "access.log", bool hasPositions = true)
    {
        _pattern = pattern;
        HasPositions = hasPositions;
    }

    public bool HasPositions { get; }

    public ManualTime Time { get; } = new(LiveRig.Start);

    /// <summary>Lines that were taken, in their order.</summary>
    public List<string> Taken { get; } = [];

    public string Path => _folder.File("access.log");

    public string Folder => _folder.Path;

    public LogIntake Intake => _intake ??= new LogIntake(
        [new LogSource(_pattern, -1) { Pattern = _folder.File(_pattern) }], HasPositions ? new LogPositions(_folder.File("positions.json")) : null,
        (_, lines) => Taken.AddRange(Encoding.Latin1.GetString(lines)[..^1].Split('\n')), Time);

    public LogInputState State => Intake.States[0];

    public void Append(string text, string name = "access.log") => File.AppendAllText(_folder.File(name), text, Encoding.Latin1);

    public void Round(double seconds = 0.1)
    {
        Time.MoveTo(((Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100) + (long)(seconds * 1e9));
        Intake.Round();
    }

    /// <summary>Rounds until what was rotated away is done with.</summary>
    public void Settle()
    {
        for (var round = 0; round < 4; round++)
            Round();
        Round(31);
        Round();
        Round();
    }

    /// <summary>Renames the log, as logrotate does; what is written through the old handle goes to the renamed file.</summary>
    public void Rename()
    {
        Shift();
        _old?.Dispose();
        _old = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.Move(Path, Path + ".1");
    }

    /// <summary>A server that has not opened the new file yet.</summary>
    public void AppendToRenamed(string text)
    {
        _old!.Write(Encoding.Latin1.GetBytes(text));
        _old.Flush();
    }

    public void CopyAndTruncate()
    {
        Shift();
        File.Copy(Path, Path + ".1");
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }

    /// <summary>Packs the last rotated file, as logrotate's "compress" does.</summary>
    public void Pack()
    {
        if (!File.Exists(Path + ".1"))
            return;
        using (var packed = new GZipStream(File.Create(Path + ".1.gz"), CompressionLevel.Fastest))
            packed.Write(File.ReadAllBytes(Path + ".1"));
        File.Delete(Path + ".1");
    }

    /// <summary>Stops in good order, and starts again.</summary>
    public void Restart()
    {
        _intake?.Dispose();
        _intake = null;
        _ = Intake;
    }

    /// <summary>Forgets what was read since the positions were last kept, as a kill does.</summary>
    public void Kill()
    {
        var kept = File.Exists(_folder.File("positions.json")) ? File.ReadAllText(_folder.File("positions.json")) : null;
        _intake?.Dispose();
        _intake = null;
        if (kept is null)
            File.Delete(_folder.File("positions.json"));
        else
            File.WriteAllText(_folder.File("positions.json"), kept);
        _ = Intake;
    }

    public void Dispose()
    {
        _intake?.Dispose();
        _old?.Dispose();
        _folder.Dispose();
    }

    private void Shift()
    {
        for (var number = 8; number >= 1; number--)
        {
            foreach (var end in (string[])["", ".gz"])
            {
                if (File.Exists($"{Path}.{number}{end}"))
                    File.Move($"{Path}.{number}{end}", $"{Path}.{number + 1}{end}", overwrite: true);
            }
        }
    }
}
