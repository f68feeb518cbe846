using System.Net;
using System.Net.Sockets;
using Breakwater.Incidents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Breakwater.Console;

/// <summary>Where the console listens.</summary>
/// <param name="Tcp">Address and port; port 0 takes a free one.</param>
/// <param name="UnixSocket">The local socket's path; null: none.</param>
/// <param name="Names">Further host names that requests may name.</param>
internal sealed record ConsoleOptions(IPEndPoint Tcp, string? UnixSocket, IReadOnlySet<string> Names);

/// <summary>The web server: Kestrel with the table of endpoints, nothing else.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    /// <summary>Longest path of a Unix socket (sockaddr_un), bytes.</summary>
    public const int MaximumSocketPath = 107;

    private const int MaximumConnections = 1_024;
    private const int MaximumHeaderBytes = 16 * 1024;
    private const int MaximumHeaders = 64;
    private static readonly TimeSpan _headersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan _stopTime = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly ConsoleOptions _options;

    private ConsoleHost(WebApplication application, ConsoleOptions options) => (_application, _options) = (application, options);

    /// <summary>Why there is no local socket; null: it is there, or was not asked for.</summary>
    public string? SocketFault { get; private init; }

    /// <summary>The address of the pages, as a browser wants it.</summary>
    public Uri Address => new(_application.Urls.First(static url => url.StartsWith("http://", StringComparison.Ordinal) && !url.Contains("unix:", StringComparison.Ordinal)));

    /// <summary>Starts to serve. A local socket that cannot be made is a fault that is told, and the pages are served without it.</summary>
    /// <exception cref="IOException">The address is taken, or is none of this machine.</exception>
    public static async Task<ConsoleHost> Start(ConsoleOptions options, ApiContext api)
    {
        string? fault = null;
        if (await IsAnothers(options.UnixSocket, api))
        {
            fault = $"another Breakwater serves the local socket {options.UnixSocket}, so that commands do not reach this one";
        }
        else if (options.UnixSocket is { } socket)
        {
            try
            {
                return new ConsoleHost(await Serve(options, api), options);
            }
            catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
            {
                fault = $"there is no local socket {socket}, so that commands do not reach this Breakwater: {error.Message}";
            }
        }
        // Was it the socket? Then this goes well.
        var plain = options with { UnixSocket = null };
        try
        {
            return new ConsoleHost(await Serve(plain, api), plain) { SocketFault = fault };
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new IOException($"cannot listen on {options.Tcp} (TCP, 'listen.api'): {Reason(error)}", error);
        }
    }

    private static string Reason(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return "another program listens there; choose another port, or end that program";
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return "this user may not listen there; choose a port from 1024 on";
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return "the address is none of this machine";
            }
        }
        return error.Message;
    }

    private static async Task<WebApplication> Serve(ConsoleOptions options, ApiContext api)
    {
        // Empty: no configuration files, environment variables or loggers of the framework's own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "breakwater", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => Configure(server, options));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = _stopTime);
        builder.Logging.ClearProviders();
        var application = builder.Build();
        Map(application, api, new Gate(api, new GateOptions(WithAddress(options))));
        try
        {
            RemoveSocket(options.UnixSocket);
            await application.StartAsync();
            if (options.UnixSocket is { } socket && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return application;
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var end = new CancellationTokenSource(_stopTime);
        await _application.StopAsync(end.Token);
        await _application.DisposeAsync();
        RemoveSocket(_options.UnixSocket);
    }

    private static void Configure(KestrelServerOptions server, ConsoleOptions options)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = Answer.MaximumBodyBytes;
        server.Limits.MaxRequestHeadersTotalSize = MaximumHeaderBytes;
        server.Limits.MaxRequestHeaderCount = MaximumHeaders;
        server.Limits.MaxRequestLineSize = MaximumHeaderBytes / 2;
        server.Limits.RequestHeadersTimeout = _headersTimeout;
        server.Limits.KeepAliveTimeout = _keepAlive;
        server.Limits.MaxConcurrentConnections = MaximumConnections;
        server.Listen(options.Tcp, static listen => listen.Protocols = HttpProtocols.Http1);
        if (options.UnixSocket is { } socket)
            server.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Map(WebApplication application, ApiContext api, Gate gate)
    {
        application.UseRouting();
        foreach (var endpoint in Endpoints.All)
            application.MapMethods(endpoint.Path, [endpoint.Method], http => Handle(http, endpoint, api, gate));
        foreach (var path in Endpoints.All.Select(static endpoint => endpoint.Path).Distinct(StringComparer.Ordinal))
            application.Map(path, http => Refuse(http, api, Problem.MethodNotAllowed)).WithOrder(1);
        application.MapFallback(http => Refuse(http, api, Problem.NotFound));
    }

    private static async Task Handle(HttpContext http, Endpoint endpoint, ApiContext api, Gate gate)
    {
        api.Counters.Request();
        Harden(http.Response.Headers);
        var (caller, problem) = gate.Admit(http, endpoint);
        if (caller is null)
        {
            api.Counters.Refuse();
            await (problem == Problem.Unauthorized && endpoint is { IsApi: false, Method: "GET" } ? LoginPage.ServeInstead(http) : problem!.Write(http));
            return;
        }
        try
        {
            await api.Repeats.Run(http, endpoint, caller, () => endpoint.Handle(http, api, caller));
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException error) when (!http.Response.HasStarted)
        {
            await new Problem(error.StatusCode, "Bad Request", "the request is too large, too slow, or broken off").Write(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The asker went away.
        }
    }

    private static Task Refuse(HttpContext http, ApiContext api, Problem problem)
    {
        api.Counters.Request();
        Harden(http.Response.Headers);
        return problem.Write(http);
    }

    /// <summary>No page runs what it did not bring itself, and none is shown inside another.</summary>
    private static void Harden(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static HashSet<string> WithAddress(ConsoleOptions options)
    {
        var names = new HashSet<string>(options.Names, StringComparer.Ordinal);
        if (!options.Tcp.Address.Equals(IPAddress.Any) && !options.Tcp.Address.Equals(IPAddress.IPv6Any))
            names.Add(new IPEndPoint(options.Tcp.Address, 0).ToString()[..^2].ToLowerInvariant());
        return names;
    }

    /// <summary>
    /// Whether another Breakwater serves this socket. A journal that is well has the folder's lock, so that whatever lies there was left behind
    /// by a process that was killed; else the socket itself tells, because a storage may fail in other ways too.
    /// </summary>
    private static async Task<bool> IsAnothers(string? path, ApiContext api)
    {
        if (path is null || api.Journal.Health.IsGood || !File.Exists(path))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var end = new CancellationTokenSource(_stopTime);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), end.Token);
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode != SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            // It listens, and is busy.
            return true;
        }
    }

    /// <summary>What a process that was killed left behind, or this one.</summary>
    private static void RemoveSocket(string? path)
    {
        if (path is not null && File.Exists(path))
            File.Delete(path);
    }
}
