using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Live;

/// <summary>One line of a recording's control file: what besides datagrams changes verdicts.</summary>
/// <param name="AtNanoseconds">Begin of the tick in which it takes effect, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Datagrams">It takes effect after so many datagrams of the recording.</param>
/// <param name="Kind">One of the names below.</param>
/// <param name="Data">What is needed to do the same.</param>
internal sealed record RecordedEvent(long AtNanoseconds, long Datagrams, string Kind, JsonNode? Data)
{
    /// <summary>The run begins with these settings.</summary>
    public const string Start = "start";

    /// <summary>Other settings from now on.</summary>
    public const string Settings = "settings";

    /// <summary>Templates of an earlier run.</summary>
    public const string Templates = "templates";

    /// <summary>Names of interfaces of an earlier run.</summary>
    public const string Names = "names";

    /// <summary>What was usual in an earlier run.</summary>
    public const string Baselines = "baselines";

    /// <summary>So many ticks do not count as quiet.</summary>
    public const string Hold = "hold";

    /// <summary>1 in 2^level records is kept from now on.</summary>
    public const string Shed = "shed";

    /// <summary>The run's last tick.</summary>
    public const string End = "end";

    /// <summary>More is none of ours.</summary>
    public const int MaximumLineBytes = 64 * 1024 * 1024;

    /// <exception cref="InvalidDataException">The line is no control event.</exception>
    public static RecordedEvent Parse(string line)
    {
        try
        {
            var json = JsonNode.Parse(line)!.AsObject();
            return new RecordedEvent((long)json["atNanoseconds"]!, (long)json["datagrams"]!, (string)json["kind"]!, json["data"]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("a line is no control event of a recording", error);
        }
    }
}
