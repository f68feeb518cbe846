namespace Breakwater.Wire.AccessLog;

/// <summary>A part of a line, as the server wrote it: escapes still stand in it (<see cref="LogUnescape"/>).</summary>
/// <param name="Offset">Where it begins in the line, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
public readonly record struct LogText(int Offset, int Length)
{
    /// <summary>The part itself.</summary>
    /// <param name="line">The line that it was read from.</param>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> line) => line.Slice(Offset, Length);
}
