using Breakwater.Commands;

return CommandLine.Run(args);
