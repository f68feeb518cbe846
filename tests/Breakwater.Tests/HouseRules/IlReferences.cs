using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Breakwater.Tests.HouseRules;

/// <summary>One use of a type by another, as compiled: both by full name of the outermost type.</summary>
internal readonly record struct TypeUse(string From, string To);

/// <summary>
/// Reads from an assembly's metadata and IL which types its types use: bases, interfaces, fields, signatures, locals, attributes,
/// generic arguments and every token in a method body. What the compiler inlined (constants, enum values) leaves no trace and is no
/// dependency at run time either.
/// </summary>
internal static class IlReferences
{
    private static readonly OperandType?[] _oneByte = new OperandType?[256];
    private static readonly OperandType?[] _twoByte = new OperandType?[256];

    static IlReferences()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            var value = (ushort)code.Value;
            (code.Size == 1 ? _oneByte : _twoByte)[value & 0xFF] = code.OperandType;
        }
    }

    /// <summary>Names of the assemblies that an assembly references.</summary>
    public static IReadOnlyList<string> Assemblies(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    /// <summary>Every use between different outermost types in an assembly.</summary>
    public static IReadOnlySet<TypeUse> Uses(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var collector = new Collector(file, file.GetMetadataReader());
        return collector.Collect();
    }

    private sealed class Collector(PEReader file, MetadataReader metadata)
    {
        private readonly HashSet<TypeUse> _uses = [];
        private readonly NameProvider _names = new();
        private string _from = "";

        public HashSet<TypeUse> Collect()
        {
            foreach (var handle in metadata.TypeDefinitions)
            {
                _from = NameProvider.OutermostName(metadata, handle);
                _names.Found = Add;
                var type = metadata.GetTypeDefinition(handle);
                Visit(type.BaseType);
                foreach (var implemented in type.GetInterfaceImplementations())
                    Visit(metadata.GetInterfaceImplementation(implemented).Interface);
                foreach (var parameter in type.GetGenericParameters())
                    VisitConstraints(parameter);
                foreach (var field in type.GetFields())
                    metadata.GetFieldDefinition(field).DecodeSignature(_names, null);
                foreach (var attribute in type.GetCustomAttributes())
                    Visit(metadata.GetCustomAttribute(attribute).Constructor);
                foreach (var method in type.GetMethods())
                    VisitMethod(metadata.GetMethodDefinition(method));
            }

            return _uses;
        }

        private void Add(string to)
        {
            if (to != _from && to.Length > 0)
                _uses.Add(new TypeUse(_from, to));
        }

        private void VisitConstraints(GenericParameterHandle handle)
        {
            foreach (var constraint in metadata.GetGenericParameter(handle).GetConstraints())
                Visit(metadata.GetGenericParameterConstraint(constraint).Type);
        }

        private void VisitMethod(MethodDefinition method)
        {
            method.DecodeSignature(_names, null);
            foreach (var parameter in method.GetGenericParameters())
                VisitConstraints(parameter);
            foreach (var attribute in method.GetCustomAttributes())
                Visit(metadata.GetCustomAttribute(attribute).Constructor);
            if (method.RelativeVirtualAddress == 0)
                return;
            var body = file.GetMethodBody(method.RelativeVirtualAddress);
            if (!body.LocalSignature.IsNil)
                metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
            foreach (var region in body.ExceptionRegions)
                Visit(region.CatchType);
            VisitInstructions(body.GetILReader());
        }

        private void VisitInstructions(BlobReader il)
        {
            while (il.RemainingBytes > 0)
            {
                var code = il.ReadByte();
                var operand = code == 0xFE ? _twoByte[il.ReadByte()] : _oneByte[code];
                switch (operand)
                {
                    case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                        Visit(MetadataTokens.EntityHandle(il.ReadInt32()));
                        break;
                    case OperandType.InlineSig:
                        Visit(MetadataTokens.EntityHandle(il.ReadInt32()));
                        break;
                    case OperandType.InlineSwitch:
                        var targets = il.ReadInt32();
                        il.Offset += 4 * targets;
                        break;
                    case OperandType.InlineNone:
                        break;
                    case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                        il.Offset += 1;
                        break;
                    case OperandType.InlineVar:
                        il.Offset += 2;
                        break;
                    case OperandType.InlineI8 or OperandType.InlineR:
                        il.Offset += 8;
                        break;
                    case null:
                        throw new InvalidDataException($"Unknown opcode {code:x2} in {_from}.");
                    default:
                        il.Offset += 4;
                        break;
                }
            }
        }

        private void Visit(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Add(NameProvider.OutermostName(metadata, (TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    Add(NameProvider.OutermostName(metadata, (TypeReferenceHandle)handle));
                    break;
                case HandleKind.TypeSpecification:
                    metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_names, null);
                    break;
                case HandleKind.FieldDefinition:
                    Visit(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodDefinition:
                    Visit(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MemberReference:
                    VisitMember(metadata.GetMemberReference((MemberReferenceHandle)handle));
                    break;
                case HandleKind.MethodSpecification:
                    var specification = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Visit(specification.Method);
                    specification.DecodeSignature(_names, null);
                    break;
                case HandleKind.StandaloneSignature:
                    metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(_names, null);
                    break;
                default:
                    break;
            }
        }

        private void VisitMember(MemberReference member)
        {
            Visit(member.Parent);
            if (member.GetKind() == MemberReferenceKind.Field)
                member.DecodeFieldSignature(_names, null);
            else
                member.DecodeMethodSignature(_names, null);
        }
    }

    /// <summary>Walks signatures and reports each named type in them; the values it returns are not used.</summary>
    private sealed class NameProvider : ISignatureTypeProvider<bool, object?>
    {
        public Action<string> Found { get; set; } = static _ => { };

        public static string OutermostName(MetadataReader metadata, TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            while (!type.GetDeclaringType().IsNil)
                type = metadata.GetTypeDefinition(type.GetDeclaringType());
            return FullName(metadata, type.Namespace, type.Name);
        }

        public static string OutermostName(MetadataReader metadata, TypeReferenceHandle handle)
        {
            var type = metadata.GetTypeReference(handle);
            while (type.ResolutionScope.Kind == HandleKind.TypeReference)
                type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
            return FullName(metadata, type.Namespace, type.Name);
        }

        private static string FullName(MetadataReader metadata, StringHandle space, StringHandle name) =>
            space.IsNil ? metadata.GetString(name) : $"{metadata.GetString(space)}.{metadata.GetString(name)}";

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            Found(OutermostName(reader, handle));
            return true;
        }

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            Found(OutermostName(reader, handle));
            return true;
        }

        public bool GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, context);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;
        public bool GetByReferenceType(bool elementType) => true;
        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;
        public bool GetGenericInstantiation(bool genericType, System.Collections.Immutable.ImmutableArray<bool> arguments) => true;
        public bool GetGenericMethodParameter(object? context, int index) => true;
        public bool GetGenericTypeParameter(object? context, int index) => true;
        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;
        public bool GetPinnedType(bool elementType) => true;
        public bool GetPointerType(bool elementType) => true;
        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;
        public bool GetSZArrayType(bool elementType) => true;
    }
}
