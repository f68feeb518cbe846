using System.Globalization;
using Breakwater.Telemetry.Live;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>Files are followed through all that happens to logs: every line comes, and comes once.</summary>
public sealed class LogFollowerTests
{
    [Fact]
    public void FirstStart_WhatIsThere_IsPassedOver_AndWhatComesIsTaken()
    {
        using var rig = new LogRig();
        rig.Append("a\nb\nhal");
        rig.Round();
        Assert.Empty(rig.Taken);
        rig.Append("f\nc\n");
        rig.Round();
        Assert.Equal(["half", "c"], rig.Taken);
    }

    [Fact]
    public void FileThatComesLater_IsReadFromItsBegin()
    {
        using var rig = new LogRig();
        rig.Round();
        Assert.Equal("there is no such file", rig.State.Fault);
        Assert.False(rig.Intake.SeesAll);
        rig.Append("a\n");
        rig.Round();
        Assert.Equal(["a"], rig.Taken);
        Assert.Null(rig.State.Fault);
        Assert.True(rig.Intake.SeesAll);
    }

    [Fact]
    public void UnfinishedLine_ComesWhenItIsFinished()
    {
        using var rig = Started();
        rig.Append("ab");
        rig.Round();
        rig.Append("cd");
        rig.Round();
        Assert.Empty(rig.Taken);
        rig.Append("\n");
        rig.Round();
        Assert.Equal(["abcd"], rig.Taken);
    }

    [Fact]
    public void Renamed_LinesBeforeAfterAndLateOnes_AllCome()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Rename();
        rig.AppendToRenamed("b\n");
        rig.Append("c\n");
        rig.Round();
        // A worker that has not opened the new file yet.
        rig.AppendToRenamed("d\n");
        rig.Round();
        Assert.Equal(["a", "b", "c", "d"], rig.Taken);
        rig.Settle();
        rig.Append("e\n");
        rig.Round();
        Assert.Equal(["a", "b", "c", "d", "e"], rig.Taken);
    }

    [Fact]
    public void Truncated_AfterACopy_RestComesFromTheCopy()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        rig.Append("b\nc\n");
        rig.CopyAndTruncate();
        rig.Append("d\n");
        rig.Round();
        rig.Round();
        Assert.Equal(["a", "b", "c", "d"], rig.Taken);
        Assert.Equal(0, rig.State.LostRests);
    }

    [Fact]
    public void Truncated_AndGrownPastWhereReadingStood_IsNoticed()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        rig.CopyAndTruncate();
        rig.Append("longer than before\nand more\n");
        rig.Round();
        rig.Round();
        Assert.Equal(["a", "longer than before", "and more"], rig.Taken);
    }

    [Fact]
    public void Truncated_CopyPacked_RestComesFromTheArchive()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        rig.Append("b\n");
        rig.CopyAndTruncate();
        rig.Pack();
        rig.Append("c\n");
        rig.Round();
        rig.Round();
        Assert.Equal(["a", "b", "c"], rig.Taken);
    }

    [Fact]
    public void Truncated_WithoutACopy_IsCounted()
    {
        using var rig = Started();
        rig.Append("a\nb\n");
        rig.Round();
        File.WriteAllText(rig.Path, "c\n");
        rig.Round();
        rig.Round();
        Assert.Equal(["a", "b", "c"], rig.Taken);
        Assert.Equal(1, rig.State.LostRests);
    }

    [Fact]
    public void VanishedFile_ComesBackUnderItsInode_GoesOn()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        File.Move(rig.Path, rig.Path + "~");
        rig.Round();
        File.Move(rig.Path + "~", rig.Path);
        rig.Append("b\n");
        rig.Round();
        Assert.Equal(["a", "b"], rig.Taken);
    }

    /// <summary>A mount that was gone for longer than rotated files are waited for.</summary>
    [Fact]
    public void VanishedFile_ComesBackMuchLater_GoesOn()
    {
        using var rig = Started();
        rig.Append("a\nb\n");
        rig.Round();
        var hidden = System.IO.Path.Combine(rig.Folder, "elsewhere");
        File.Move(rig.Path, hidden);
        rig.Round();
        rig.Round(40);
        rig.Settle();
        Assert.NotNull(rig.State.Fault);
        File.Move(hidden, rig.Path);
        rig.Append("c\n");
        rig.Round();
        rig.Round();
        Assert.Equal(["a", "b", "c"], rig.Taken);
    }

    [Fact]
    public void VanishedFile_AnotherComes_IsReadFromItsBegin()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        File.Delete(rig.Path);
        rig.Round(40);
        rig.Round(40);
        Assert.NotNull(rig.State.Fault);
        rig.Append("b\n");
        rig.Round();
        Assert.Equal(["a", "b"], rig.Taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restart_RotatedTwiceMeanwhile_GoesOn(bool isPacked)
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        rig.Restart();
        Assert.Equal(["a"], rig.Taken);
        rig.Append("b\n");
        rig.Rename();
        rig.Append("c\n");
        if (isPacked)
            rig.Pack();
        rig.Round();
        rig.Settle();
        Assert.Equal(["a", "b", "c"], rig.Taken);
    }

    [Fact]
    public void Stopped_RotatedTwice_AllLinesOfAllFilesCome()
    {
        using var rig = Started();
        rig.Append("a\n");
        rig.Round();
        rig.Intake.Dispose();
        rig.Append("b\n");
        rig.Rename();
        rig.Append("c\n");
        Thread.Sleep(20); // times of change order rotated files
        rig.Rename();
        rig.Append("d\n");
        rig.Restart();
        rig.Settle();
        Assert.Equal(["a", "b", "c", "d"], rig.Taken);
    }

    [Fact]
    public void LongLine_IsPassedOver_AndCounted()
    {
        using var rig = Started();
        rig.Append("a\n" + new string('x', 700_000));
        rig.Round();
        rig.Append(new string('x', 10) + "\nb\n");
        rig.Round();
        Assert.Equal(["a", "b"], rig.Taken);
        Assert.Equal(1, rig.State.LongLines);
    }

    /// <summary>One file of many that cannot be read hides what it tells.</summary>
    [Fact]
    public void Pattern_OneUnreadableFile_Holds()
    {
        Assert.SkipWhen(Breakwater.Console.UserId.Effective() == 0, "root may read everything");
        using var rig = new LogRig("*.log");
        rig.Append("a\n");
        rig.Round(2);
        Assert.True(rig.Intake.SeesAll);
        rig.Append("b\n", "b.log");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(System.IO.Path.Combine(rig.Folder, "b.log"), UnixFileMode.None);
        rig.Round(2);
        rig.Round(2);
        Assert.Equal("b.log: it must not be read", rig.State.Fault);
        Assert.False(rig.Intake.SeesAll);
        File.Delete(System.IO.Path.Combine(rig.Folder, "b.log"));
        rig.Round(2);
        rig.Round(2);
        Assert.True(rig.Intake.SeesAll);
    }

    [Fact]
    public void Pattern_TooManyFiles_IsTold()
    {
        using var rig = new LogRig("*.log");
        for (var number = 0; number < LiveLogLimits.FilesOfAPattern; number++)
            rig.Append("a\n", string.Create(CultureInfo.InvariantCulture, $"{number:000}.log"));
        rig.Round(2);
        Assert.Equal(0, rig.State.TooMany);
        rig.Append("a\n", "998.log");
        rig.Append("a\n", "999.log");
        rig.Round(2);
        rig.Round(2);
        Assert.Equal(2, rig.State.TooMany);
    }

    [Fact]
    public void Pattern_FilesComeAndGo_RotatedOnesAreNotReadAgain()
    {
        using var rig = new LogRig("*.log*");
        rig.Append("old\n");
        rig.Append("old\n", "b.log");
        rig.Round();
        rig.Append("1\n");
        rig.Append("2\n", "b.log");
        rig.Round();
        rig.Append("3\n", "c.log");
        rig.Rename();
        rig.Append("4\n");
        rig.Round(2);
        rig.Pack();
        rig.Round(2);
        rig.Settle();
        Assert.Equal(["1", "2", "3", "4"], rig.Taken.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void DamagedPositions_AreNone()
    {
        using var rig = new LogRig();
        rig.Append("a\n");
        foreach (var text in (string[])["{", "[]", "{\"x\":1}", "{\"/x\":[{\"inode\":\"x\"}]}", "{\"/x\":null}"])
        {
            File.WriteAllText(System.IO.Path.Combine(rig.Folder, "positions.json"), text);
            Assert.Empty(new LogPositions(System.IO.Path.Combine(rig.Folder, "positions.json")).Load());
        }
    }

    /// <summary>Whatever happens in whatever order, no line is lost, and without a kill none comes twice.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnyCourse_EveryLineOnce(bool isKilled)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            using var rig = Started();
            var random = new Random(seed);
            var (written, course) = (0, new List<string>());
            for (var step = 0; step < 40; step++)
                course.Add(Step(rig, random, isKilled, ref written));
            rig.Settle();
            rig.Settle();
            var expected = Enumerable.Range(1, written).ToList();
            var taken = rig.Taken.ConvertAll(static line => int.Parse(line.TrimStart('n'), CultureInfo.InvariantCulture));
            taken.Sort();
            var shown = $"seed {seed}: {string.Join(' ', course)}";
            Assert.True(expected.SequenceEqual(isKilled ? taken.Distinct() : taken), $"{shown}; lost {string.Join(',', expected.Except(taken))}; twice {string.Join(',', taken.GroupBy(static line => line).Where(static group => group.Count() > 1).Select(static group => group.Key))}");
        }
    }

    private static string Step(LogRig rig, Random random, bool isKilled, ref int written)
    {
        var choice = random.Next(isKilled ? 13 : 12);
        switch (choice)
        {
            case < 5:
                for (var count = random.Next(1, 60); count > 0; count--)
                    rig.Append(string.Create(CultureInfo.InvariantCulture, $"n{++written}\n"));
                return $"a{written}";
            case < 8:
                rig.Round(random.NextDouble());
                return "round";
            case 8 when File.Exists(rig.Path):
                rig.Rename();
                if (random.Next(2) == 0)
                    rig.AppendToRenamed(string.Create(CultureInfo.InvariantCulture, $"n{++written}\n"));
                rig.Append(string.Create(CultureInfo.InvariantCulture, $"n{++written}\n"));
                rig.Round();
                return $"rename{written}";
            case 9 when File.Exists(rig.Path) && new FileInfo(rig.Path).Length > 0:
                // What a copy is known by has to be seen, and kept, before it is gone.
                rig.Round(1.1);
                rig.Append(string.Create(CultureInfo.InvariantCulture, $"n{++written}\n"));
                rig.CopyAndTruncate();
                rig.Append(string.Create(CultureInfo.InvariantCulture, $"n{++written}\n"));
                rig.Round(1.1);
                return $"copy{written}";
            case 10:
                rig.Pack();
                rig.Round();
                return "pack";
            case 11:
                rig.Restart();
                return "restart";
            case 12:
                rig.Kill();
                return "kill";
            default:
                return "-";
        }
    }

    private static LogRig Started()
    {
        var rig = new LogRig();
        rig.Append("");
        rig.Round();
        return rig;
    }
}
