using Breakwater.Wire;

namespace Breakwater.Response.Effect;

/// <summary>A known-good client, with the own host that answered it: whom a filter for that host would hurt.</summary>
internal readonly record struct CohortMember(Address Client, Address Host);
