using System.Text;
using Breakwater.Configuration;
using Breakwater.Samples;
using Breakwater.Tests.HouseRules;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.Configuration;

/// <summary>Whatever the bytes are, reading them gives a configuration or mistakes, and never an exception.</summary>
public sealed class RandomInputTests
{
    private const int Rounds = 3_000;
    private const ulong Seed = 0x636F_6E66;

    /// <summary>Pieces that mean something to YAML or to a reader of values.</summary>
    private static readonly string[] _tokens =
    [
        "[", "]", "{", "}", ",", ":", ": ", "- ", "? ", "&a ", "*a", "!", "!!str ", "!<x>", "|", ">", "|2-", "'", "\"", "\\", "\"\\UFFFFFFFF\"", "\"\\uD800\"",
        "\"\\x", "%YAML 1.2\n", "%YAML 99999999999.1\n", "%TAG ! x\n", "---\n", "...\n", "\n", "\n  ", "\t", "\r", "#", " #", "<<: ", "~", "null", "\u0085", "\u2028",
        "\uFEFF", "1e999", "-", "/", "::", "0", "99999999999999999999", "pps", "none", "version: 1\n", "services:\n", "é", "\U0001F30A", "@", "`", "=",
    ];

    [Fact]
    public void Bytes_Mutated_AreAnsweredWithoutException()
    {
        var seeds = new[] { SourceTree.Read("samples/breakwater.yaml"), "version: 1\n" }.Select(Encoding.UTF8.GetBytes).ToArray();
        var random = new SeededRandom(Seed);
        var (good, bad) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutated(seeds[Below(random, seeds.Length)], random);
            if (Answer(bytes, $"round {round} of seed {Seed}").Config is null)
                bad++;
            else
                good++;
        }

        // Neither side is empty, or the mutations would show nothing.
        Assert.InRange(good, 100, Rounds);
        Assert.InRange(bad, 100, Rounds);
    }

    [Fact]
    public void Bytes_OfTokensAlone_AreAnsweredWithoutException()
    {
        var random = new SeededRandom(Seed + 1);
        for (var round = 0; round < Rounds; round++)
        {
            var text = new StringBuilder();
            for (var count = Below(random, 40); count >= 0; count--)
                text.Append(_tokens[Below(random, _tokens.Length)]);
            Answer(Encoding.UTF8.GetBytes(text.ToString()), $"round {round} of seed {Seed + 1}");
        }
    }

    [Fact]
    public void Bytes_Arbitrary_AreAnsweredWithoutException() =>
        Prop.ForAll<byte[]>(bytes => Answer(bytes ?? [], "FsCheck") is not null).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Variables_Arbitrary_AreAnsweredWithoutException() =>
        Prop.ForAll<string, string>((name, value) =>
        {
            var result = Configurations.Read("version: 1", ($"BREAKWATER__{name}", value ?? ""), ("BREAKWATER__detection__quiet", value ?? ""), ("BREAKWATER__geo__asns", value ?? ""));
            return result.Config is null != result.Mistakes.IsEmpty;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    /// <summary>Either a configuration or mistakes, in order, each on one line that a terminal shows as it is.</summary>
    private static ConfigResult Answer(byte[] bytes, string origin)
    {
        try
        {
            var result = Configurations.Read(bytes);
            Assert.True(result.Config is null != result.Mistakes.IsEmpty, origin);
            Assert.All(result.Mistakes, mistake => Assert.True(!mistake.ToString().Any(char.IsControl) && mistake.Place.Line > 0 && mistake.Place.Column > 0, $"{origin}: {mistake}"));
            Assert.Equal(result.Mistakes.OrderBy(mistake => mistake.Place), result.Mistakes);
            return result;
        }
        catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{origin}: {Convert.ToBase64String(bytes)}", error);
        }
    }

    private static byte[] Mutated(byte[] seed, SeededRandom random)
    {
        var bytes = seed.ToList();
        for (var changes = Below(random, 4); changes >= 0; changes--)
        {
            var at = Below(random, bytes.Count + 1);
            switch (Below(random, 5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)Below(random, 256);
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(_tokens[Below(random, _tokens.Length)]));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(Below(random, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(Below(random, 60), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(seed.AsSpan(Math.Min(at, seed.Length)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static int Below(SeededRandom random, int bound) => random.Between(0, bound - 1);
}
