using System.Text.Json;

namespace Breakwater.Configuration;

/// <summary>Numbers that may be unknown: then null, never 0.</summary>
internal static class NullableNumbers
{
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }
}
