namespace Breakwater.Telemetry.Live;

/// <summary>An address cannot be listened on: told at the start, with the address.</summary>
internal sealed class ListenException(string message, Exception? inner = null) : Exception(message, inner);
