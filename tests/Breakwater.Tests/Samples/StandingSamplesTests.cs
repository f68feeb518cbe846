using System.CommandLine;
using System.IO.Compression;
using Breakwater.Commands;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Samples;

/// <summary>The files in samples/ are what the commands in samples/README.md write.</summary>
public sealed class StandingSamplesTests : IDisposable
{
    private const string Page = "samples/README.md";
    private const string Configuration = "samples/breakwater.yaml"; // written by hand; Configuration/CheckCommandTests checks it
    private const string Prefix = "./breakwater sample ";
    private const int MaximumFileBytes = 200_000;
    private const int MaximumTotalBytes = 1_500_000;

    private readonly SampleFiles _files = new();

    public static TheoryData<string> Commands => [.. DocumentedCommands()];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Sample_WrittenAgain_HasTheSameContent(string command)
    {
        var standing = Content(Path.Combine(SourceTree.Root, OutputOf(command)));
        Assert.Equal(standing, Write(command));
        Assert.NotEqual(standing, Write(command.Replace("--seed ", "--seed 9", StringComparison.Ordinal)));
    }

    [Fact]
    public void Folder_HoldsTheDocumentedFilesAndNoOthers()
    {
        var files = Directory.GetFiles(Path.Combine(SourceTree.Root, "samples")).Select(path => $"samples/{Path.GetFileName(path)}").Order(StringComparer.Ordinal);
        Assert.Equal(DocumentedCommands().Select(OutputOf).Append(Page).Append(Configuration).Order(StringComparer.Ordinal), files);
    }

    [Fact]
    public void Files_AreSmall()
    {
        var sizes = DocumentedCommands().Select(command => new FileInfo(Path.Combine(SourceTree.Root, OutputOf(command))).Length).ToList();
        Assert.All(sizes, size => Assert.InRange(size, 1, MaximumFileBytes));
        Assert.InRange(sizes.Sum(), 1, MaximumTotalBytes);
    }

    public void Dispose() => _files.Dispose();

    private static List<string> DocumentedCommands() =>
        [.. SourceTree.Read(Page).Split('\n').Where(line => line.StartsWith(Prefix, StringComparison.Ordinal))];

    private static string OutputOf(string command) => command[(command.IndexOf("--out ", StringComparison.Ordinal) + "--out ".Length)..];

    private byte[] Write(string command)
    {
        var path = _files.Path(Path.GetFileName(OutputOf(command)));
        var arguments = command[Prefix.Length..].Replace(OutputOf(command), path, StringComparison.Ordinal) + " --force";
        var error = new StringWriter();
        var code = SampleCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = TextWriter.Null, Error = error });
        Assert.True(code == 0, error.ToString());
        return Content(path);
    }

    private static byte[] Content(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
            return bytes;
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
