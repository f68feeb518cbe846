using System.Runtime.InteropServices;
using Breakwater.Wire;

namespace Breakwater.Detection.Web;

/// <summary>What a request is, beside its texts.</summary>
[Flags]
internal enum WebFlags : ushort
{
    None = 0,

    /// <summary>A part of a page: style, script, picture, font.</summary>
    Asset = 1 << 0,

    /// <summary>A method that changes something: POST, PUT, PATCH, DELETE.</summary>
    Writes = 1 << 1,

    /// <summary>A path where people log in.</summary>
    Login = 1 << 2,
    Query = 1 << 3,
    Referer = 1 << 4,

    /// <summary>HTTP/1.0 or HTTP/1.1.</summary>
    Http1 = 1 << 5,

    /// <summary>HTTP/2 or HTTP/3.</summary>
    Http2 = 1 << 6,

    /// <summary>The log says how long requests take.</summary>
    Timed = 1 << 7,
    Browser = 1 << 8,

    /// <summary>A program that says what it is: curl, a library, a scanner.</summary>
    Tool = 1 << 9,

    /// <summary>Calls itself a crawler, or a monitor of availability.</summary>
    Crawler = 1 << 10,

    /// <summary>The log says how many bytes were sent.</summary>
    Sized = 1 << 11,
}

/// <summary>One request, reduced to numbers and hashes: what waits for its second to be over.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WebEntry
{
    public Address Client;

    /// <summary>Hash of the host that was asked; 0 when it is not logged.</summary>
    public ulong Site;

    /// <summary>Hash of path and query.</summary>
    public ulong Url;

    /// <summary>Hash of the path group.</summary>
    public ulong Group;

    /// <summary>Hash of the group's folder.</summary>
    public ulong Parent;

    /// <summary>Hash of the user agent; 0 for none.</summary>
    public ulong Agent;

    /// <summary>Bytes sent.</summary>
    public uint Bytes;

    /// <summary>How long the request took, in milliseconds.</summary>
    public uint Milliseconds;

    public ushort Status;

    public WebFlags Flags;

    public readonly bool Has(WebFlags flags) => (Flags & flags) != 0;

    public readonly bool IsPage => !Has(WebFlags.Asset);
}
