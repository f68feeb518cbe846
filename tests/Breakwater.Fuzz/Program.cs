using Breakwater.Fuzz.Cli;

return Options.TryParse(args, out var options, out var error) ? Command.Execute(options) : Command.Usage(error);
