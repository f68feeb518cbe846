namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>Why a field may differ from what another program reads.</summary>
internal static class AgreementReasons
{
    public static readonly (string Tool, string Format, string Field, string Reason)[] All =
    [
    ];
}
