using BenchmarkDotNet.Running;
using Breakwater.Bench;
using Breakwater.Bench.Workloads;

var words = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToList();
switch (words.FirstOrDefault())
{
    case "quick":
        return Quick.Execute(words[1..], args.Contains("--history", StringComparer.Ordinal), onlyFloor: false, args.Contains("--check", StringComparer.Ordinal));
    case "floor":
        return Quick.Execute(words[1..], keepsHistory: false, onlyFloor: true, checks: false);
    case "detect":
        return Detect.Execute(words[1..], args.Contains("--history", StringComparer.Ordinal), args.Contains("--check", StringComparer.Ordinal));
    case "wire":
        BenchmarkSwitcher.FromAssembly(typeof(WireBenchmarks).Assembly).Run(["--filter", "*WireBenchmarks*", .. args.Skip(1)]);
        return 0;
    case "write-log" when words is [_, "plain" or "varied", var path]:
        File.WriteAllBytes(path, new LogWorkload("log", words[1] == "varied").Bytes.Span);
        return 0;
    case "send":
        return PacedSender.Execute(words[1..]);
    case "attacks":
        return AttackSender.Execute(words[1..]);
    default:
        Console.Error.WriteLine("usage: quick [WORKLOAD…] [--history] [--check] | floor [WORKLOAD…] | detect [WORKLOAD…] [--history] [--check] | wire [BenchmarkDotNet options] | write-log plain|varied FILE | send FORMAT PORT[,PORT] RATE COUNT [EXPORTERS] | attacks FORMAT PORT[,PORT] COUNT");
        return 2;
}
