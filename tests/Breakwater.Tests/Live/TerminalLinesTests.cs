using System.Text;
using Breakwater.Commands;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Live;

/// <summary>Standard error that fails or stands still costs lines, nothing else.</summary>
public sealed class TerminalLinesTests
{
    [Fact]
    public void Lines_ToAnOutputThatWorks_AllArriveInOrder()
    {
        using var output = new Output();
        using (var lines = new TerminalLines(output))
        {
            for (var number = 0; number < 100; number++)
                lines.WriteLine($"line {number}");
        }
        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(number => $"line {number}\n")), output.Text);
    }

    [Fact]
    public async Task Lines_WhenTheOutputFails_AreCounted_AndTheNextOnesArrive()
    {
        using var output = new Output { Fails = true };
        using var lines = new TerminalLines(output);
        lines.WriteLine("lost");
        await JournalTests.Until(() => lines.Dropped == 1);
        output.Fails = false;
        lines.WriteLine("kept");
        await JournalTests.Until(() => output.Text.EndsWith("kept\n", StringComparison.Ordinal));
        Assert.Equal("breakwater: 1 lines are left out here\nkept\n", output.Text);
    }

    [Fact]
    public async Task Lines_WhenTheOutputStandsStill_AreDropped_AndNobodyWaits()
    {
        using var output = new Output();
        using var gate = new ManualResetEventSlim();
        output.Gate = gate;
        using var lines = new TerminalLines(output);
        lines.WriteLine("first");
        await JournalTests.Until(() => output.IsWaiting);
        for (var number = 0; number < TerminalLines.QueueCapacity + 10; number++)
            lines.WriteLine("x");
        Assert.Equal(10, lines.Dropped);
        gate.Set();
        lines.Dispose();
        Assert.Equal(TerminalLines.QueueCapacity + 2, output.Text.Count(static letter => letter == '\n'));
    }

    private sealed class Output : MemoryStream
    {
        private readonly StringBuilder _text = new();

        public bool Fails { get; set; }

        public ManualResetEventSlim? Gate { get; set; }

        public bool IsWaiting { get; private set; }

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            IsWaiting = true;
            Gate?.Wait();
            if (Fails)
                throw new IOException("no space left on device");
            lock (_text)
                _text.Append(Encoding.UTF8.GetString(buffer));
        }
    }
}
