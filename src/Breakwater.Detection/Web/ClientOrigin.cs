using Breakwater.Wire.Mmdb;

namespace Breakwater.Detection.Web;

/// <summary>Where a network is, as a database of the operator's says.</summary>
/// <param name="Country">Its country; the default value: unknown.</param>
/// <param name="SystemNumber">The autonomous system that announces it; 0: unknown.</param>
public readonly record struct ClientOrigin(CountryCode Country, uint SystemNumber);
