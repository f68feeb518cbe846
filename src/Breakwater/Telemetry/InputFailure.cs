namespace Breakwater.Telemetry;

/// <summary>Why an input could not be read, or not to its end, as a sentence.</summary>
internal static class InputFailure
{
    public static void Note(InputSummary input, Exception error) => input.Failure = error is InvalidDataException
        ? "its compression is damaged; what came before was read" : error.Message;
}
