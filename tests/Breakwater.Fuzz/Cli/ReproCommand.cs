using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>One input again, from hexadecimal text or from a file of bytes.</summary>
internal static class ReproCommand
{
    public static int Execute(Options options)
    {
        if (options.Arguments is not [var name, var text])
            return Command.Usage("repro takes a target and an input");
        if (Command.Select([name]) is not [var target])
            return 2;
        var input = text.StartsWith('@') ? File.ReadAllBytes(text[1..]) : Convert.FromHexString(text);
        using var watchdog = new Watchdog(
            TimeSpan.FromSeconds(5),
            () => OneTarget.ExitWith(new Finding(name, 0, FaultKind.Hang, "more than 5 s of processor time", input)));
        target.Renew();
        try
        {
            var outcome = target.Execute(input);
            Console.WriteLine($"{name}: no fault; accepted: {outcome.Accepted}; signature {outcome.Signature:x16}");
            return 0;
        }
        catch (FuzzFault fault)
        {
            Console.WriteLine($"{name}: {fault.Kind}: {fault.Message}");
        }
        catch (Exception exception)
        {
            Console.WriteLine($"{name}: {exception}");
        }

        return 1;
    }
}
