using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Breakwater.Detection;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>The settings that change verdicts, as a recording keeps them.</summary>
internal sealed record RecordedSettings(DetectorOptions Detection, ImmutableArray<ExporterEntry> Exporters)
{
    // No recording asks for larger tables than any configuration can.
    private const int MostHosts = 1 << 24, MostDossiers = 1 << 16, MostTickRecords = 1 << 24;

    // A century.
    private const long MostTicks = 100L * 366 * 864_000;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new AddressConverter(), new PrefixConverter(), new RolesConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static JsonNode Write(LiveSettings settings) => JsonSerializer.SerializeToNode(new RecordedSettings(settings.Detection, settings.Exporters), _json)!;

    public static JsonNode Write(TemplateMemory templates) => JsonSerializer.SerializeToNode(templates, _json)!;

    public static JsonNode Write(NameMemory names) => JsonSerializer.SerializeToNode(names, _json)!;

    /// <exception cref="InvalidDataException">These are no settings.</exception>
    public static RecordedSettings Read(JsonNode? data)
    {
        var read = Read<RecordedSettings>(data);
        var detection = read.Detection;
        if (!IsWhole(read))
            throw new InvalidDataException("the recording lacks settings");
        return read with
        {
            Detection = detection with
            {
                MaxHosts = Math.Clamp(detection.MaxHosts, 1, MostHosts),
                MaxDossiers = Math.Clamp(detection.MaxDossiers, 1, MostDossiers),
                MaxTickRecords = Math.Clamp(detection.MaxTickRecords, 1, MostTickRecords),
                MaxAggregateRecords = Math.Clamp(detection.MaxAggregateRecords, 1, MostTickRecords),
                QuietSeconds = Math.Clamp(detection.QuietSeconds, 1, 86_400),
            },
        };
    }

    private static bool IsWhole(RecordedSettings read) =>
        !read.Exporters.IsDefault && read.Exporters.All(static entry => entry is { Name: not null, Interfaces: not null })
        && read.Detection is { Protect.IsDefault: false, Services.IsDefault: false, Aggregates.IsDefault: false, Off.IsDefault: false, Floors: not null } detection
        && detection.Services.All(static service => service is { Name: not null, Prefixes.IsDefaultOrEmpty: false });

    /// <exception cref="InvalidDataException">These are no templates.</exception>
    public static TemplateMemory ReadTemplates(JsonNode? data) => Read<TemplateMemory>(data);

    /// <exception cref="InvalidDataException">These are no names.</exception>
    public static NameMemory ReadNames(JsonNode? data) => Read<NameMemory>(data);

    /// <summary>A number of ticks, none below 0.</summary>
    /// <exception cref="InvalidDataException">It is no number.</exception>
    public static long ReadTicks(JsonNode? data) => Math.Clamp(Read<object>(data) is JsonElement { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var ticks)
        ? ticks : throw new InvalidDataException("a hold of the recording tells no ticks"), 0, MostTicks);

    /// <summary>A level of shedding.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static int ReadShedLevel(JsonNode? data) => Read<object>(data) is JsonElement { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var level)
        && level is >= 0 and <= Shedding.MaximumLevel ? level : throw new InvalidDataException("the recording tells no level of shedding");

    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static T Read<T>(JsonNode? data)
        where T : class
    {
        try
        {
            return data.Deserialize<T>(_json) ?? throw new InvalidDataException("the recording lacks data");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("data of the recording cannot be read", error);
        }
    }

    private sealed class AddressConverter : JsonConverter<Address>
    {
        public override Address Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Address.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("no address");

        public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class PrefixConverter : JsonConverter<Prefix>
    {
        public override Prefix Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Prefix.TryParse(reader.GetString(), out var prefix) ? prefix : throw new JsonException("no network");

        public override void Write(Utf8JsonWriter writer, Prefix value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class RolesConverter : JsonConverter<InterfaceRoles>
    {
        public override InterfaceRoles Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var read = JsonSerializer.Deserialize<Listed>(ref reader, options) ?? throw new JsonException("no interfaces");
            return new InterfaceRoles((read.Roles ?? []).ToFrozenDictionary(), read.HasBoundary)
            {
                Named = read.Named.IsDefault ? [] : [.. read.Named.Where(static named => named.Pattern is not null)],
            };
        }

        public override void Write(Utf8JsonWriter writer, InterfaceRoles value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Listed(value.Roles.OrderBy(static role => role.Key).ToDictionary(), value.HasBoundary, value.Named), options);

        /// <summary>Speeds change no verdict, and are not kept.</summary>
        private sealed record Listed(Dictionary<uint, InterfaceRole>? Roles, bool HasBoundary, ImmutableArray<NamedInterfaces> Named = default);
    }
}
