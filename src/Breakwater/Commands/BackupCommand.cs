using System.CommandLine;
using System.Globalization;
using Breakwater.Incidents;

namespace Breakwater.Commands;

/// <summary><c>backup</c> and <c>restore</c>: the storage's files, out and in.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup()
    {
        var (config, target) = (Config(), new Argument<string>("FOLDER") { Description = "A new folder for the copies" });
        var command = new Command("backup", "Copy incidents and traffic series, while Breakwater runs or stands still") { target, config };
        command.SetAction(parsed => Run(parsed.GetValue(config)!, storage => StorageBackup.Backup(storage, parsed.GetValue(target)!), "copied"));
        return command;
    }

    public static Command CreateRestore()
    {
        var (config, source) = (Config(), new Argument<string>("FOLDER") { Description = "A folder that 'backup' made" });
        var command = new Command("restore", "Put a backup in the place of incidents and traffic series, while Breakwater stands still") { source, config };
        command.SetAction(parsed => Run(parsed.GetValue(config)!, storage => StorageBackup.Restore(parsed.GetValue(source)!, storage, Suffix(), static line => System.Console.Error.WriteLine($"breakwater: {line}")), "put back"));
        return command;
    }

    private static string Suffix() => ".before-" + TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private static Option<string> Config() => new("--config") { HelpName = "FILE", Description = "The configuration, such as breakwater.yaml", Required = true };

    private static int Run(string path, Func<string, IReadOnlyList<string>> action, string done)
    {
        if (LocalClient.LoadConfig(path) is not { } config)
            return ExitCode.BadUsage;
        try
        {
            var files = action(config.Storage.FullPath);
            System.Console.Error.WriteLine($"breakwater: {done}: {string.Join(", ", files)}");
            return ExitCode.Done;
        }
        catch (Exception error) when (error is StorageException or IOException or UnauthorizedAccessException)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.Failed;
        }
    }
}
