using System.Text;
using Breakwater.Samples;
using Breakwater.Samples.Web;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.Samples;

/// <summary>Made logs: the same for one seed, of documentation addresses only, and readable by content.</summary>
public sealed class LogSampleTests : IDisposable
{
    private readonly SampleFiles _files = new();

    public static TheoryData<string> Kinds => [.. LogArguments.Kinds];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKind_IsOfDocumentationAddressesAndReadable(string kind)
    {
        var arguments = new SampleArguments { Kind = kind, As = "log", Duration = "20s", Rate = "200rps", Mimic = kind == "http-flood" };
        var bytes = File.ReadAllBytes(_files.Make("a.log", arguments));
        Assert.Equal(bytes, File.ReadAllBytes(_files.Make("b.log", arguments)));
        Assert.NotEqual(bytes, File.ReadAllBytes(_files.Make("c.log", arguments with { Seed = "2" })));
        var decoder = new LogDecoder(LogRecognition.Find(bytes), TrustedProxies.None);
        var request = default(LogRequest);
        var (lines, last) = (0, 0L);
        foreach (var line in Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Equal(LogError.None, decoder.Decode(Encoding.ASCII.GetBytes(line), ref request));
            Assert.True(DocumentationSpace.Contains(request.Client), request.Client.ToString());
            Assert.InRange(request.TimeNanoseconds, last, long.MaxValue);
            (lines, last) = (lines + 1, request.TimeNanoseconds);
        }

        Assert.True(lines > 3_000, $"only {lines} lines");
    }
}
