using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class IpfixMessageReaderTests
{
    private static readonly byte[][] Messages =
    [
        Wire.Ipfix((ref writer) => writer.Template(256, [Wire.Field(1, 4)])),
        .. Enumerable.Range(0, 5).Select(i => Wire.Ipfix((ref writer) =>
        {
            writer.BeginData(256);
            for (var record = 0; record <= i; record++)
            {
                writer.Integer((ulong)i, 4);
                writer.EndRecord();
            }
        })),
    ];

    private static byte[] File => [.. Messages.SelectMany(message => message)];

    private static (List<(long Offset, byte[] Octets)> Messages, IpfixMessageReader Reader) ReadAll(byte[] file, int chunk)
    {
        var reader = new IpfixMessageReader(new Trickle(file, chunk));
        var messages = new List<(long, byte[])>();
        while (reader.TryRead(out var message))
            messages.Add((reader.MessageOffset, message.ToArray()));
        return (messages, reader);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void WholeFile_AnyReadSize_AllMessages(int chunk)
    {
        var (messages, reader) = ReadAll(File, chunk);

        Assert.Equal(Messages, messages.Select(message => message.Octets));
        Assert.Empty(reader.Damages);
    }

    [Fact]
    public void GarbageBetweenMessages_IsPassedOverAndLocated()
    {
        byte[] file = [.. Messages[0], 1, 2, 3, 0, 10, 9, 9, .. Messages[1], .. Messages[2]];

        var (messages, reader) = ReadAll(file, 5);

        Assert.Equal([Messages[0], Messages[1], Messages[2]], messages.Select(message => message.Octets));
        Assert.Equal(new MessageDamage(Messages[0].Length, 7, DecodeError.BadVersion), Assert.Single(reader.Damages));
    }

    [Fact]
    public void DamagedLengthField_LaterMessagesAreFound()
    {
        var file = File;
        file[Messages[0].Length + 2] = 0xFF;

        var (messages, reader) = ReadAll(file, 64);

        Assert.Equal(Messages.Where((_, i) => i != 1), messages.Select(message => message.Octets));
        Assert.Equal(Messages[0].Length, Assert.Single(reader.Damages).Offset);
    }

    [Fact]
    public void CutAtEveryLength_WholeMessagesAreThoseBeforeTheCut()
    {
        var file = File;
        for (var length = 0; length <= file.Length; length++)
        {
            var whole = 0;
            for (var end = 0; whole < Messages.Length && end + Messages[whole].Length <= length; whole++)
                end += Messages[whole].Length;

            var (messages, reader) = ReadAll(file[..length], 1000);

            Assert.Equal(Messages[..whole], messages.Take(whole).Select(message => message.Octets));
            Assert.True(messages.Count <= whole + 1);
            Assert.Equal(length - messages.Take(whole).Sum(message => message.Octets.Length), reader.Damages.Sum(damage => damage.LengthBytes));
        }
    }

    /// <summary>A stream that gives a few octets at a time, as a TCP session does.</summary>
    private sealed class Trickle(byte[] octets, int chunk) : MemoryStream(octets)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, chunk));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, chunk)]);
    }
}
