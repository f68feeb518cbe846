namespace Breakwater.Telemetry;

/// <summary>A sampling rate of the configuration, for records whose rate the exporter does not tell.</summary>
/// <param name="Exporter">Its name, or its address as text.</param>
/// <param name="Domain">Observation domain (NetFlow v9: source id, sFlow: sub-agent); null for all without an entry of their own.</param>
/// <param name="Rate">N of 1 in N packets.</param>
internal readonly record struct ConfiguredSampling(string Exporter, uint? Domain, uint Rate);
