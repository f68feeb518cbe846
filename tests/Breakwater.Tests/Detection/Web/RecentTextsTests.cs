using Breakwater.Detection.Web;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Web;

public sealed class RecentTextsTests
{
    /// <summary>What is said to be known is what was written for that hash, whatever came in between; and some of it is still there.</summary>
    [Fact]
    public void Find_WhatIsKnown_IsWhatWasWrittenForThisHash()
    {
        var (texts, random, known) = (new RecentTexts<ulong>(64), new SeededRandom(3), 0);
        for (var step = 0; step < 20_000; step++)
        {
            var hash = ((ulong)random.Below(100) << 40) | 1;
            ref var words = ref texts.Find(hash, out var isKnown);
            if (isKnown)
                Assert.Equal(~hash, words);
            else
                words = ~hash;
            known += isKnown ? 1 : 0;
        }

        Assert.InRange(known, 5_000, 19_900);
        texts.Clear();
        texts.Find(1, out var isThere);
        Assert.False(isThere);
    }

    /// <summary>Two texts that share a set keep their own words: the whole hash is compared.</summary>
    [Fact]
    public void Find_OfOneSet_EachHasItsOwn()
    {
        var texts = new RecentTexts<int>(64);
        for (var text = 1; text <= 4; text++)
            texts.Find((ulong)text, out _) = text;
        for (var text = 1; text <= 4; text++)
            Assert.Equal((text, true), (texts.Find((ulong)text, out var isKnown), isKnown));
        texts.Find(5, out var isNew);
        Assert.False(isNew);
        texts.Find(1, out var isOldest);
        Assert.False(isOldest);
    }
}
