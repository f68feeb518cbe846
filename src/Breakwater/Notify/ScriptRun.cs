using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Breakwater.Notify;

/// <summary>Runs one script, without a shell, with an environment that holds nothing but a search path. What it writes goes where Breakwater's own lines go.</summary>
internal static class ScriptRun
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>How long the end of a process that was killed is waited for.</summary>
    private static readonly TimeSpan _killTime = TimeSpan.FromSeconds(2);

    /// <summary>Runs it to its end, or to the end of its time.</summary>
    /// <returns>What went wrong, as the end of a sentence; null: nothing.</returns>
    public static async Task<string?> Run(string path, ScriptCall call, TimeSpan limit, TimeProvider time, CancellationToken abort)
    {
        using var process = new Process { StartInfo = Start(path, call) };
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return $"cannot be started: {error.Message}";
        }

        // Not waited for: a script may end, or be ended, without having read all of it.
        _ = Task.Run(() => Give(process.StandardInput.BaseStream, call.Details), CancellationToken.None);
        using var late = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, abort);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            await Kill(process, time);
            return abort.IsCancellationRequested
                ? "was ended, because Breakwater stops"
                : string.Create(CultureInfo.InvariantCulture, $"ran longer than {limit.TotalSeconds:0.###} s and was ended");
        }

        return process.ExitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"ended with code {process.ExitCode}");
    }

    private static ProcessStartInfo Start(string path, ScriptCall call)
    {
        var start = new ProcessStartInfo(path, call.Arguments) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = SearchPath;
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }

    private static void Give(Stream input, string details)
    {
        try
        {
            using (input)
                input.Write(Encoding.UTF8.GetBytes(details));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // It did not want it.
        }
    }

    private static async Task Kill(Process process, TimeProvider time)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            using var end = new CancellationTokenSource(_killTime, time);
            await process.WaitForExitAsync(end.Token);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or OperationCanceledException or AggregateException)
        {
            // It ended by itself, or the kernel still holds it.
        }
    }
}
