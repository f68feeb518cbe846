using System.Globalization;

namespace Breakwater.Fuzz.Engine;

/// <summary>How far a run has come: what <c>run</c> resumes from.</summary>
internal sealed record RunState(ulong Seed, long Next, long Accepted, long Findings, double Seconds)
{
    /// <summary>Reads a state file; null when there is none.</summary>
    public static RunState? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        var values = File.ReadAllLines(path).Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var culture = CultureInfo.InvariantCulture;
        return new RunState(
            ulong.Parse(values["seed"], culture),
            long.Parse(values["next"], culture),
            long.Parse(values["accepted"], culture),
            long.Parse(values["findings"], culture),
            double.Parse(values["seconds"], culture));
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public void Save(string path)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"seed={Seed}\nnext={Next}\naccepted={Accepted}\nfindings={Findings}\nseconds={Seconds:F1}\n");
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
