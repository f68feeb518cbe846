using System.Net.Sockets;
using System.Runtime.InteropServices;
using Breakwater.Incidents;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Breakwater.Console;

/// <summary>
/// Decides for each request who asks and whether that is allowed. The Unix socket knows its callers by the kernel's word; TCP callers need
/// a token or a session. All refusals are here.
/// </summary>
internal sealed class Gate(ApiContext api, GateOptions options)
{
    public const string Cookie = "breakwater-session";

    private const string Bearer = "Bearer ";
    private const int SolSocket = 1; // SOL_SOCKET
    private const int SoPeerCred = 17; // SO_PEERCRED: struct ucred { pid, uid, gid }
    private const uint Root = 0;

    /// <summary>The caller, or a problem that says why not.</summary>
    public (ApiCaller? Caller, Problem? Problem) Admit(HttpContext http, Endpoint endpoint)
    {
        var unix = UnixSocket(http);
        if (unix is null && CheckAddressing(http, endpoint) is { } foreign)
            return (null, foreign);
        if (CheckQuery(http, endpoint) is { } query)
            return (null, query);
        if (endpoint.Scope == EndpointScope.Open)
            return (new ApiCaller("anybody", Role.Viewer, []), null);
        var caller = unix is { } socket ? LocalCaller(socket) : TcpCaller(http);
        if (caller is null)
            return (null, unix is null ? Problem.Unauthorized : Problem.Forbidden("the socket serves the user of the engine and root only"));
        if (caller.Role < endpoint.Role)
            return (null, Problem.Forbidden($"this needs the role {RoleNames.Of(endpoint.Role)}, and the token has {RoleNames.Of(caller.Role)}"));
        return endpoint.Scope == EndpointScope.Whole && !caller.SeesAll
            ? (null, Problem.Forbidden("this is about all services, and the token is for some"))
            : (caller, null);
    }

    /// <summary>A page of another site, or of a name that somebody points at this machine, gets nothing.</summary>
    private Problem? CheckAddressing(HttpContext http, Endpoint endpoint)
    {
        var host = http.Request.Host;
        if (!host.HasValue || !options.IsOwnName(host.Host))
            return Problem.Misdirected;
        var origin = http.Request.Headers.Origin;
        if (!StringValues.IsNullOrEmpty(origin) && !IsOwn(origin.ToString(), host.Value))
            return Problem.Forbidden("the request comes from a page of another origin");
        var isOfBrowser = http.Request.Headers.ContainsKey("Sec-Fetch-Site") || http.Request.Cookies.ContainsKey(Cookie);
        return endpoint.Method != "GET" && isOfBrowser && StringValues.IsNullOrEmpty(origin)
            ? Problem.Forbidden("a browser's change needs its Origin")
            : null;
    }

    /// <summary>The host that was asked, by either scheme: TLS may end in a proxy in front.</summary>
    private static bool IsOwn(string origin, string host) =>
        string.Equals(origin, $"http://{host}", StringComparison.OrdinalIgnoreCase) || string.Equals(origin, $"https://{host}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Secrets in addresses end in logs and histories; and a parameter that is not understood would silently do nothing.</summary>
    private static Problem? CheckQuery(HttpContext http, Endpoint endpoint)
    {
        foreach (var (name, value) in http.Request.Query)
        {
            if (name.Contains("token", StringComparison.OrdinalIgnoreCase) || value.ToString().StartsWith(AccessToken.SecretPrefix, StringComparison.Ordinal))
                return Problem.BadRequest("a token does not belong into an address, where logs keep it: revoke it, and send a new one in the Authorization header");
            if (!Array.Exists(endpoint.Query, known => known.Name == name))
                return Problem.BadRequest($"there is no parameter '{Shown(name)}' here");
            if (value.Count != 1)
                return Problem.BadRequest($"the parameter '{Shown(name)}' is given more than once");
        }
        return null;
    }

    private static string Shown(string name) => name.Length <= 32 && !name.Any(char.IsControl) ? name : "…";

    private ApiCaller? TcpCaller(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count == 1 && header[0] is { } value && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return Tokens.Find(api, value[Bearer.Length..].Trim());
        if (header.Count > 0)
            return null;
        return http.Request.Cookies[Cookie] is { Length: > 0 and < 128 } cookie ? api.Sessions.Find(cookie) : null;
    }

    private static Socket? UnixSocket(HttpContext http) =>
        http.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket ? socket : null;

    private static ApiCaller? LocalCaller(Socket socket)
    {
        Span<uint> credentials = [0, uint.MaxValue, 0];
        try
        {
            socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        }
        catch (SocketException)
        {
            return null;
        }
        return credentials[1] == Root || credentials[1] == UserId.Effective() ? ApiCaller.Local : null;
    }
}

/// <param name="Names">Host names of this machine, besides loopback.</param>
internal sealed record GateOptions(IReadOnlySet<string> Names)
{
    private static readonly string[] _loopback = ["localhost", "127.0.0.1", "[::1]"];

    public bool IsOwnName(string host) => _loopback.Contains(host, StringComparer.OrdinalIgnoreCase) || Names.Contains(host.ToLowerInvariant());
}

/// <summary>The user that this process acts as.</summary>
internal static partial class UserId
{
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint Effective();
}
