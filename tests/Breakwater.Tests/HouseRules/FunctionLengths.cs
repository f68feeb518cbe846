using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Breakwater.Tests.HouseRules;

/// <summary>A function's place and length in lines, from the first to the last statement.</summary>
internal readonly record struct FunctionLength(string File, int Line, int Lines)
{
    public override string ToString() => $"{File}:{Line} has {Lines} lines";
}

/// <summary>
/// Measures functions by the sequence points of a portable PDB, so the compiler itself says where one begins and ends. Field
/// initialisers are compiled into constructors; they count as data, so a constructor is measured from its own declaration on.
/// </summary>
internal static class FunctionLengths
{
    /// <summary>Functions of one assembly whose source file's path contains <paramref name="folder"/>; paths begin there.</summary>
    public static IReadOnlyList<FunctionLength> Measure(string pdbPath, string folder)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(pdbPath));
        var pdb = provider.GetMetadataReader();
        var dllPath = Path.ChangeExtension(pdbPath, ".dll");
        using var image = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(dllPath));
        var metadata = image.GetMetadataReader();
        var found = new List<FunctionLength>();
        foreach (var handle in pdb.MethodDebugInformation)
        {
            var method = metadata.GetMethodDefinition(MetadataTokens.MethodDefinitionHandle(MetadataTokens.GetRowNumber(handle)));
            var name = metadata.GetString(method.Name);
            if (name == ".cctor")
                continue;
            var constructorOf = name == ".ctor" ? metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name).Split('`')[0] : null;
            if (Measure(pdb, pdb.GetMethodDebugInformation(handle), folder, constructorOf) is { } length)
                found.Add(length);
        }

        return found;
    }

    private static FunctionLength? Measure(MetadataReader pdb, MethodDebugInformation method, string folder, string? constructorOf)
    {
        int first = int.MaxValue, last = 0;
        string? file = null;
        foreach (var point in method.GetSequencePoints())
        {
            if (point.IsHidden)
                continue;
            if (file is null)
            {
                var document = pdb.GetString(pdb.GetDocument(point.Document).Name).Replace('\\', '/');
                var at = document.LastIndexOf("/" + folder, StringComparison.Ordinal);
                // What source generators write stands elsewhere.
                if (at < 0 || document.Contains("/obj/", StringComparison.Ordinal))
                    return null;
                file = document[(at + 1)..];
            }

            if (constructorOf is not null && first == int.MaxValue && !Declares(file, point.StartLine, constructorOf))
                continue;
            first = Math.Min(first, point.StartLine);
            last = Math.Max(last, point.EndLine);
        }

        return last == 0 ? null : new FunctionLength(file!, first, last - first + 1);
    }

    private static bool Declares(string file, int line, string type) =>
        File.ReadLines(Path.Combine(SourceTree.Root, file)).ElementAtOrDefault(line - 1)?.Contains($" {type}(", StringComparison.Ordinal) == true;
}
