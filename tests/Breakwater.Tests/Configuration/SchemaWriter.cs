using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection.Rules;

namespace Breakwater.Tests.Configuration;

/// <summary>
/// Writes docs/reference/breakwater.schema.json (JSON Schema draft 7, which editors' YAML servers read) from the table of keys. It helps
/// while typing; <c>check</c> decides: sums of files, such as unique names, are beyond a schema.
/// </summary>
internal static class SchemaWriter
{
    private static readonly JsonSerializerOptions _readable = new()
    {
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write()
    {
        var root = Section(RootKeys.All);
        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", "breakwater.yaml");
        return root.ToJsonString(_readable) + "\n";
    }

    /// <summary>The schema of one single value.</summary>
    public static JsonObject Value(ConfigValue value) => value switch
    {
        VersionValue => new() { ["const"] = BreakwaterConfig.SupportedVersion },
        QuantityValue quantity => new() { ["type"] = "string", ["pattern"] = Pattern(quantity.Units) },
        DurationValue => new() { ["type"] = "string", ["pattern"] = Pattern(Units.Duration) },
        OptionalQuantityValue optional => new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = OptionalQuantityValue.None }, Value(optional.Given)) },
        CountValue count => new() { ["type"] = "integer", ["minimum"] = count.Minimum, ["maximum"] = count.Maximum },
        NumberValue number => new() { ["type"] = "number", ["minimum"] = number.Minimum, ["maximum"] = number.Maximum },
        ChoiceValue<bool> => new() { ["enum"] = new JsonArray(true, false, "true", "false") },
        { Words.IsEmpty: false } => new() { ["enum"] = new JsonArray([.. value.Words.Select(static word => (JsonNode)word)]) },
        UrlValue => new() { ["type"] = "string", ["pattern"] = "^https?://[^ #]+$", ["maxLength"] = UrlValue.MaxCharacters },
        SecretSourceValue => new() { ["type"] = "string", ["pattern"] = "^(file:/.+|env:[A-Za-z0-9_]+)$" },
        SyslogTargetValue => new() { ["type"] = "string", ["pattern"] = "^((udp|tcp)://[^/]+:[0-9]{1,5}|unix:/.+)$" },
        MailServerValue => new() { ["type"] = "string", ["pattern"] = @"^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$" },
        MailAddressValue => new() { ["type"] = "string", ["pattern"] = "^[^@ ]+@[^@ ]+$", ["maxLength"] = MailAddressValue.MaxCharacters },
        MailUserValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = MailUserValue.MaxCharacters },
        NameValue => new() { ["type"] = "string", ["pattern"] = string.Create(CultureInfo.InvariantCulture, $"^[A-Za-z][A-Za-z0-9_-]{{0,{NameValue.MaxCharacters - 1}}}$") },
        PrefixValue => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$" },
        AddressValue => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f.:]+$" },
        ListenValue => new() { ["type"] = "string", ["pattern"] = @"^([0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$" },
        InterfacePatternValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = InterfacePatternValue.MaxCharacters },
        HostNameValue => new() { ["type"] = "string", ["pattern"] = @"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$", ["maxLength"] = HostNameValue.MaxCharacters },
        ScriptPathValue => new() { ["type"] = "string", ["pattern"] = "^/.+$", ["maxLength"] = PathValue.MaxCharacters },
        SocketPathValue => new() { ["type"] = "string", ["pattern"] = "^/.*[^/]$", ["maxLength"] = SocketPathValue.LongestOctets },
        LogPathValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = PathValue.MaxCharacters },
        LogFormatValue => new() { ["type"] = "string", ["minLength"] = 1 },
        SyslogValue => new() { ["type"] = "string", ["pattern"] = @"^(udp://|tcp://)([0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$|^unix(-stream)?:/.+$" },
        SecretValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = SecretValue.MaxOctets },
        LineValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LineValue.MaxCharacters },
        PercentValue => new() { ["type"] = "string", ["pattern"] = @"^[0-9]+(\.[0-9]+)?%$" },
        ClockValue => new() { ["type"] = "string", ["pattern"] = "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
        IPv4Value => new() { ["type"] = "string", ["pattern"] = "^[0-9.]+$" },
        CommunityValue => new() { ["type"] = "string", ["pattern"] = "^[0-9]+:[0-9]+(:[0-9]+)?$" },
        PathValue => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = PathValue.MaxCharacters },
        _ => throw new InvalidOperationException($"the schema does not know {value.GetType().Name}"),
    };

    private static string Pattern(Units units) => $@"^[0-9]+(\.[0-9]+)?({string.Join('|', units.Steps.Select(static step => step.Unit))})$";

    private static JsonObject Section(ImmutableArray<ConfigKey> keys, bool hasDefaults = true)
    {
        var properties = new JsonObject();
        foreach (var key in keys.Where(static key => key is not UnsupportedKey))
            properties[key.Name] = Described(key, hasDefaults);
        var section = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (keys.Any(static key => key.IsRequired))
            section["required"] = new JsonArray([.. keys.Where(static key => key.IsRequired).Select(static key => (JsonNode)key.Name)]);
        section["properties"] = properties;
        return section;
    }

    private static JsonObject Described(ConfigKey key, bool hasDefault)
    {
        var schema = key switch
        {
            ScalarKey scalar => Value(scalar.AnyValue),
            ListKey list when list == DetectionKeys.Off => List(DetectorNamesOnly(), list.IsRequired),
            ListKey list => List(Value(list.AnyItem), list.IsRequired),
            SectionKey section => Section(section.Keys, section.Inherits is null),
            SectionListKey sections => List(Section(sections.Keys), sections.IsRequired),
            _ => throw new InvalidOperationException($"the schema does not know {key.GetType().Name}"),
        };
        schema.Insert(0, "description", Description(key));
        if (hasDefault && Default(key) is { } value)
            schema.Insert(1, "default", value);
        return schema;
    }

    private static JsonObject DetectorNamesOnly() => new() { ["enum"] = new JsonArray([.. DetectorNames.All.Select(static name => (JsonNode)name)]) };

    private static JsonObject List(JsonObject items, bool isRequired)
    {
        var list = new JsonObject { ["type"] = "array" };
        if (isRequired)
            list["minItems"] = 1;
        list["items"] = items;
        return list;
    }

    private static string Description(ConfigKey key)
    {
        var range = key switch
        {
            ScalarKey scalar => $" Values: {scalar.AnyValue.Range}{InUnit(scalar.AnyValue)}.",
            ListKey list => $" Items: {list.AnyItem.Range}.",
            _ => "",
        };
        return $"{key.Meaning}.{range} Reload: {ConfigPage.Reload(key)}.";
    }

    private static string InUnit(ConfigValue value) => value is CountValue or NumberValue ? $" ({value.Unit})" : "";

    private static JsonNode? Default(ConfigKey key) => key switch
    {
        ScalarKey { DefaultText: { } text } scalar when scalar.AnyValue is CountValue or NumberValue => JsonNode.Parse(text),
        ScalarKey { DefaultText: { } text } => text,
        _ => null,
    };
}
