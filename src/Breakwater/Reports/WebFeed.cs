using Breakwater.Detection.Web;
using Breakwater.Telemetry;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Reports;

/// <summary>Hands requests to web detection, and looks after the progress now and then.</summary>
internal sealed class WebFeed(WebDetector detector, ReadingProgress? progress, DecodeSummary summary, int service = -1) : IRequestReader
{
    private const uint RequestsBetweenLooks = 1 << 16;
    private uint _requests;

    public bool IsFull => false;

    public bool WantsTimeOrder => true;

    public void OnRequest(LogFormat format, ReadOnlySpan<byte> line, in LogRequest request)
    {
        detector.Count(line, in request, service);
        if (++_requests % RequestsBetweenLooks == 0)
            progress?.Look(summary);
    }
}
