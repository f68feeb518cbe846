using Breakwater.Live;
using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>
/// Traffic series on disk, in a file of their own: seconds for hours, minutes for weeks. One thread writes; what it cannot write is counted
/// and given up, because the next second is there already.
/// </summary>
internal sealed class TrafficStore(string folder, TimeSpan keepSeconds, TimeSpan keepMinutes) : IDisposable
{
    public const string FileName = "traffic.db";
    private const int QueueCapacity = 256;
    private const int SecondsPerMinute = 60;

    internal static readonly string[] Schema =
    [
        """
        CREATE TABLE seconds(service TEXT NOT NULL, at INTEGER NOT NULL, packets REAL NOT NULL, bits REAL NOT NULL, low REAL, high REAL, PRIMARY KEY(service, at)) WITHOUT ROWID;
        CREATE TABLE minutes(service TEXT NOT NULL, at INTEGER NOT NULL, packets REAL NOT NULL, bits REAL NOT NULL, low REAL, high REAL, PRIMARY KEY(service, at)) WITHOUT ROWID;
        """,
    ];

    private readonly WorkQueue<TrafficSecond> _queue = new(QueueCapacity);
    private SqliteConnection? _connection;
    private Thread? _writer;
    private long _lostSeconds;
    private long _minute;

    /// <summary>Seconds that are not on disk, since the start.</summary>
    public long LostSeconds => Interlocked.Read(ref _lostSeconds);

    public void Start()
    {
        _writer = new Thread(Write) { Name = "traffic", IsBackground = true, Priority = ThreadPriority.BelowNormal };
        _writer.Start();
    }

    /// <summary>Never waits.</summary>
    public void Add(TrafficSecond second)
    {
        if (!_queue.TryAdd(second))
            Interlocked.Increment(ref _lostSeconds);
    }

    /// <summary>Points of one service from <paramref name="from"/> on, oldest first; empty when the storage fails.</summary>
    public List<TrafficPoint> Read(string service, DateTimeOffset from, bool minutes, int limit)
    {
        var points = new List<TrafficPoint>();
        try
        {
            using var connection = SqliteFile.OpenReader(Path.Combine(folder, FileName));
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT at, packets, bits, low, high FROM {(minutes ? "minutes" : "seconds")} WHERE service = $service AND at >= $from ORDER BY at LIMIT $limit";
            command.Parameters.AddWithValue("$service", service);
            command.Parameters.AddWithValue("$from", from.ToUnixTimeSeconds());
            command.Parameters.AddWithValue("$limit", limit);
            using var rows = command.ExecuteReader();
            while (rows.Read())
                points.Add(new TrafficPoint(DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(0)), rows.GetDouble(1), rows.GetDouble(2), Number(rows, 3), Number(rows, 4)));
        }
        catch (SqliteException)
        {
            points.Clear();
        }
        return points;
    }

    public void Dispose()
    {
        if (_queue.IsAddingCompleted)
            return;
        _queue.CompleteAdding();
        _writer?.Join();
        _connection?.Dispose();
    }

    private void Write()
    {
        foreach (var second in _queue.TakeAll())
        {
            try
            {
                _connection ??= OpenFile();
                Write(_connection, second);
            }
            catch (Exception error) when (error is SqliteException or StorageException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                Interlocked.Increment(ref _lostSeconds);
            }
        }
    }

    private SqliteConnection OpenFile()
    {
        Directory.CreateDirectory(folder);
        StorageBackup.RefuseHalfRestored(folder);
        var connection = SqliteFile.OpenWriter(Path.Combine(folder, FileName), "NORMAL");
        SqliteFile.Migrate(connection, Schema);
        return connection;
    }

    private void Write(SqliteConnection connection, TrafficSecond second)
    {
        var at = second.At.ToUnixTimeSeconds();
        var minute = at / SecondsPerMinute;
        SqliteFile.InTransaction(connection, () =>
        {
            Insert(connection, second, at);
            if (minute != _minute && _minute != 0)
                CloseMinute(connection, _minute * SecondsPerMinute, at);
        });
        _minute = minute;
    }

    private static void Insert(SqliteConnection connection, TrafficSecond second, long at)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO seconds VALUES($service, $at, $packets, $bits, $low, $high)";
        foreach (var service in second.Services)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$service", service.Name);
            command.Parameters.AddWithValue("$at", at);
            command.Parameters.AddWithValue("$packets", service.PacketsPerSecond);
            command.Parameters.AddWithValue("$bits", service.BitsPerSecond);
            command.Parameters.AddWithValue("$low", (object?)service.UsualLow ?? DBNull.Value);
            command.Parameters.AddWithValue("$high", (object?)service.UsualHigh ?? DBNull.Value);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>The minute's means from its seconds, and what is too old goes.</summary>
    private void CloseMinute(SqliteConnection connection, long begin, long now)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT OR REPLACE INTO minutes
            SELECT service, $begin, avg(packets), avg(bits), avg(low), avg(high) FROM seconds WHERE at >= $begin AND at < $end GROUP BY service;
            DELETE FROM seconds WHERE at < $oldSecond;
            DELETE FROM minutes WHERE at < $oldMinute;
            """;
        command.Parameters.AddWithValue("$begin", begin);
        command.Parameters.AddWithValue("$end", begin + SecondsPerMinute);
        command.Parameters.AddWithValue("$oldSecond", now - (long)keepSeconds.TotalSeconds);
        command.Parameters.AddWithValue("$oldMinute", now - (long)keepMinutes.TotalSeconds);
        command.ExecuteNonQuery();
    }

    private static double? Number(SqliteDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetDouble(column);
}
