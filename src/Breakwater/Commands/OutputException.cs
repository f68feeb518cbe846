using System.Runtime.InteropServices;

namespace Breakwater.Commands;

/// <summary>Standard output takes nothing more.</summary>
internal sealed class OutputException(int error) : Exception(Marshal.GetPInvokeErrorMessage(error))
{
    private const int InputOutput = 5; // EIO, the same on Linux and macOS
    private const int BrokenPipe = 32; // EPIPE, the same on Linux and macOS

    /// <summary>True when the reader had enough (head, less): that is its right, and no failure.</summary>
    public bool IsReaderGone => error == BrokenPipe;

    /// <summary>Of a terminal: it was closed.</summary>
    public bool IsTerminalGone => error is InputOutput or BrokenPipe;
}
