using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Breakwater.Response.Nftables;

/// <summary>JSON lines over a connection, with a bound on the length of a line and on the time it takes.</summary>
/// <param name="socket">Owned.</param>
/// <param name="mostBytes">Longest line that is read.</param>
/// <param name="time">For the bounds of time.</param>
internal sealed class JsonLines(Socket socket, int mostBytes, TimeProvider time) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private byte[] _buffer = new byte[Math.Min(mostBytes, 16 * 1024)];
    private int _filled;

    /// <summary>The next line; null when there is none, it is too long, too late, or no such document.</summary>
    public async Task<T?> Read<T>(JsonTypeInfo<T> type, TimeSpan patience, CancellationToken stop)
        where T : class
    {
        using var late = new CancellationTokenSource(patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            for (var searched = 0; ;)
            {
                var newline = _buffer.AsSpan(searched, _filled - searched).IndexOf((byte)'\n');
                if (newline >= 0)
                    return Take(type, searched + newline);
                searched = _filled;
                if (_filled == _buffer.Length && !Grow())
                    return null;
                var count = await _stream.ReadAsync(_buffer.AsMemory(_filled), end.Token);
                if (count == 0)
                    return null;
                _filled += count;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Sends a document as a line.</summary>
    /// <returns>False when the other end is gone or does not take it.</returns>
    public async Task<bool> Write<T>(T value, JsonTypeInfo<T> type, TimeSpan patience, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await _stream.WriteAsync(new ReadOnlyMemory<byte>([.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n']), end.Token);
            return true;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _stream.Dispose();

    private T? Take<T>(JsonTypeInfo<T> type, int lengthBytes)
    {
        var value = JsonSerializer.Deserialize(_buffer.AsSpan(0, lengthBytes), type);
        _filled -= lengthBytes + 1;
        Array.Copy(_buffer, lengthBytes + 1, _buffer, 0, _filled);
        return value;
    }

    private bool Grow()
    {
        if (_buffer.Length >= mostBytes)
            return false;
        Array.Resize(ref _buffer, Math.Min(mostBytes, _buffer.Length * 2));
        return true;
    }
}
