using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Breakwater.Response.Nftables;

/// <summary>What carries out transactions on the kernel's tables.</summary>
internal interface INft
{
    /// <summary>Carries all commands out, or none.</summary>
    /// <returns>Why not, as the end of a sentence; null: done.</returns>
    Task<string?> Apply(string commands);

    /// <summary>The own table as JSON (libnftables-json(5)); or why not.</summary>
    Task<(string? Json, string? Fault)> List();
}

/// <summary>The program nft(8), once for each transaction: commands to standard input, JSON from standard output.</summary>
internal sealed class NftProgram(TimeProvider time) : INft
{
    /// <summary>A longer output is no table of ours.</summary>
    public const int MaximumOutputCharacters = 16 * 1024 * 1024;

    private const string SearchPath = "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin";
    private const int MostFaultCharacters = 300;

    /// <summary>How long one call may take; a thousand filters take a tenth of a second.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>The full path; null where nft is not installed.</summary>
    public static string? Path { get; } = SearchPath.Split(':').Select(static folder => folder + "/nft").FirstOrDefault(File.Exists);

    // Not with -j: the reader of JSON would take standard input first, and leave nothing of it to the reader of commands.
    public async Task<string?> Apply(string commands) => (await Run(commands, ["-f", "-"])).Fault;

    public Task<(string? Json, string? Fault)> List() => Run("", ["-j", "list", "table", .. NftTable.Name.Split(' ')]);

    private async Task<(string? Output, string? Fault)> Run(string input, string[] arguments)
    {
        if (Path is null)
            return (null, "nft is not installed");
        var start = new ProcessStartInfo(Path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        using var process = new Process { StartInfo = start };
        using var late = new CancellationTokenSource(_patience, time);
        try
        {
            process.Start();
            var (output, error) = (Read(process.StandardOutput, late.Token), Read(process.StandardError, late.Token));
            await process.StandardInput.WriteAsync(input.AsMemory(), late.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0 ? (await output, null) : (null, FirstLine(await error, process.ExitCode));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (null, string.Create(CultureInfo.InvariantCulture, $"nft took longer than {_patience.TotalSeconds} s"));
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            return (null, exception.Message);
        }
    }

    private static async Task<string> Read(StreamReader reader, CancellationToken late)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        while (await reader.ReadAsync(buffer.AsMemory(), late) is > 0 and var count)
        {
            if (text.Length + count > MaximumOutputCharacters)
                throw new IOException("nft says more than a table of ours can be");
            text.Append(buffer, 0, count);
        }

        return text.ToString();
    }

    private static string FirstLine(string error, int code)
    {
        var line = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (line is null)
            return string.Create(CultureInfo.InvariantCulture, $"nft ended with code {code}");
        return line.Length <= MostFaultCharacters ? line : line[..MostFaultCharacters];
    }
}
