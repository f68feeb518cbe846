using System.CommandLine;
using System.Runtime;

namespace Breakwater.Commands;

/// <summary>The command line: one command a file, in the order of the data.</summary>
internal static class CommandLine
{
    public static int Run(string[] args)
    {
        // A command over files has no one who waits while garbage is collected: no thread of its own for that. A live engine has (Running).
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        var root = new RootCommand("Keeps public services reachable when a crowd floods them: watches, and explains what it sees.")
        {
            DecodeCommand.Create(),
            AnalyzeCommand.Create(),
            SampleCommand.Create(),
            CheckCommand.Create(),
            ConfigCommand.Create(),
            ServeCommand.Create(),
            AgentCommand.Create(),
            TopCommand.Create(),
            DemoCommand.Create(),
            TokenCommand.Create(),
            TokenCommand.CreateLogin(),
            BackupCommand.CreateBackup(),
            BackupCommand.CreateRestore(),
        };
        foreach (var client in ClientCommands.Create())
            root.Subcommands.Add(client);
        root.Subcommands.Add(MitigationCommands.CreateMitigations());
        root.Subcommands.Add(MitigationCommands.CreateResponse());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                System.Console.Error.WriteLine($"breakwater: {error.Message}");
            System.Console.Error.WriteLine("Usage: breakwater COMMAND --help");
            return ExitCode.BadUsage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OutputException error)
        {
            if (error.IsReaderGone)
                return ExitCode.Done;
            System.Console.Error.WriteLine($"breakwater: standard output: {error.Message}");
            return ExitCode.Failed;
        }
        catch (Exception error)
        {
            // A fault must never look like "attack found" to a script.
            System.Console.Error.WriteLine($"breakwater: a fault of Breakwater itself, please report it: {error}");
            return ExitCode.Failed;
        }
    }
}
