using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry;

/// <summary>Takes requests of access logs and may have enough of them.</summary>
internal interface IRequestReader
{
    /// <summary>True when nothing more is wanted.</summary>
    bool IsFull { get; }

    /// <summary>True when the requests of several logs are wanted in the order of their times, false for one log after the other.</summary>
    bool WantsTimeOrder { get; }

    /// <summary>One request; its texts lie in the line, which is valid until the method returns.</summary>
    void OnRequest(LogFormat format, ReadOnlySpan<byte> line, in LogRequest request);
}
