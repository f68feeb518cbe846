namespace Breakwater.Telemetry.Live;

/// <summary>A file of a recording. It holds whole pieces only: one that could not be written to its end is cut off again.</summary>
internal sealed class RecordingFile(Stream stream) : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Octets of the pieces that were written.</summary>
    public long Length { get; private set; }

    /// <summary>Makes the folder when it is not there: what is recorded tells who spoke with whom, so it is its owner's alone.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
    }

    /// <summary>A new file that its owner alone can read.</summary>
    /// <exception cref="IOException">It is there, or cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    public static RecordingFile Create(string path)
    {
        // Without a buffer of its own: what failed to be written must not be tried again at the end.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        return new RecordingFile(new FileStream(path, options));
    }

    /// <summary>Writes a piece to its end, or nothing of it.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Append(ReadOnlySpan<byte> piece)
    {
        try
        {
            stream.Write(piece);
            stream.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            CutOff();
            throw;
        }

        Length += piece.Length;
    }

    public void Dispose() => stream.Dispose();

    private void CutOff()
    {
        try
        {
            stream.SetLength(Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The disk is gone: a reader tells that the last packet is not whole.
        }
    }
}
