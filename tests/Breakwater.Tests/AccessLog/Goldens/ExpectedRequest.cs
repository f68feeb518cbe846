namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>One line, and what another program reads in it.</summary>
/// <param name="Tool">The program.</param>
/// <param name="Line">The line as the log has it.</param>
/// <param name="Fields">What it reads, by our names; null is unknown.</param>
internal sealed record ExpectedRequest(string Tool, string Line, IReadOnlyDictionary<string, string?> Fields);

/// <summary>A log with its expected requests.</summary>
/// <param name="Path">Its file: only for messages of a failing test.</param>
/// <param name="Head">What its format is recognised from.</param>
/// <param name="Requests">In the order of the golden.</param>
internal sealed record ExpectedLog(string Path, byte[] Head, IReadOnlyList<ExpectedRequest> Requests);
