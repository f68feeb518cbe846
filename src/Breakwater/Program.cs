using System.CommandLine;
using Breakwater.Commands;

return new RootCommand("Breakwater") { SampleCommand.Create() }.Parse(args).Invoke();
