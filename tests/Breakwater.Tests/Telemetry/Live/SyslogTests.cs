using System.Net.Sockets;
using System.Text;
using Breakwater.Telemetry.Live;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>Syslog of all transports becomes lines, and of nobody who is not allowed.</summary>
public sealed class SyslogTests
{
    [Theory]
    [InlineData(nameof(SyslogTransport.Udp))]
    [InlineData(nameof(SyslogTransport.Unix))]
    public void Datagrams_AreALineEach(string transport)
    {
        using var rig = new SyslogRig(Enum.Parse<SyslogTransport>(transport));
        using var sender = rig.Connect(SocketType.Dgram);
        foreach (var text in (string[])["<190>one", "<190>two\n", "<190>thr\nee\0", ""])
            sender.Send(Encoding.ASCII.GetBytes(text));
        rig.Await(3);
        // A line feed inside of a message makes no second line: nobody writes lines of the server's log by what is asked for.
        Assert.Equal(["<190>one", "<190>two", "<190>thr ee"], rig.Taken);
        Assert.Equal(0, rig.Counts.Unknown.Datagrams);
    }

    [Theory]
    [InlineData(nameof(SyslogTransport.Tcp))]
    [InlineData(nameof(SyslogTransport.UnixStream))]
    public void Connections_BothFramings_InAnyPieces(string transport)
    {
        const string stream = "<190>one\n8 <190>two10 <190>th\nee<190>four\n";
        for (var cut = 1; cut < stream.Length; cut++)
        {
            using var rig = new SyslogRig(Enum.Parse<SyslogTransport>(transport));
            using (var sender = rig.Connect(SocketType.Stream))
            {
                sender.Send(Encoding.ASCII.GetBytes(stream[..cut]));
                rig.Await(() => rig.Counts.Messages >= 0);
                sender.Send(Encoding.ASCII.GetBytes(stream[cut..]));
                rig.Await(4);
            }

            Assert.Equal(["<190>one", "<190>two", "<190>th ee", "<190>four"], rig.Taken);
            Assert.Equal(0, rig.Counts.Broken);
        }
    }

    [Fact]
    public void ConnectionThatEnds_UnfinishedMessage_IsCounted()
    {
        using var rig = new SyslogRig(SyslogTransport.Tcp);
        using (var sender = rig.Connect(SocketType.Stream))
            sender.Send("<190>whole\n<190>last"u8);
        rig.Await(() => rig.Counts.Broken == 1);
        Assert.Equal(["<190>whole"], rig.Taken);
    }

    [Theory]
    [InlineData(nameof(SyslogTransport.Udp))]
    [InlineData(nameof(SyslogTransport.Tcp))]
    public void Strangers_AreCounted_AndNothingElse(string transport)
    {
        using var rig = new SyslogRig(Enum.Parse<SyslogTransport>(transport), allow: "192.0.2.1");
        using var sender = rig.Connect(transport == "Udp" ? SocketType.Dgram : SocketType.Stream);
        try
        {
            sender.Send("<190>one\n"u8);
        }
        catch (SocketException)
        {
            // The connection was ended before.
        }

        rig.Await(() => rig.Counts.Unknown.Datagrams == 1);
        Assert.Empty(rig.Taken);
        Assert.Equal("127.0.0.1", rig.Counts.LastUnknown.ToString());
    }

    [Fact]
    public void NoSyslog_EndsTheConnection()
    {
        using var rig = new SyslogRig(SyslogTransport.Tcp);
        using var sender = rig.Connect(SocketType.Stream);
        sender.Send("99999999 x"u8);
        rig.Await(() => rig.Counts.Broken == 1);
        sender.ReceiveTimeout = 5000;
        Assert.Equal(0, sender.Receive(new byte[1]));
    }

    [Fact]
    public void LongLine_IsPassedOver_AndTheNextOneComes()
    {
        using var rig = new SyslogRig(SyslogTransport.Tcp);
        using var sender = rig.Connect(SocketType.Stream);
        var sending = new Thread(() => sender.Send(Encoding.ASCII.GetBytes("<1>" + new string('x', 400_000) + "\n<1>next\n")));
        sending.Start();
        rig.Await(1);
        sending.Join();
        Assert.Equal(["<1>next"], rig.Taken);
        Assert.Equal(1, rig.Counts.Broken);
    }

    [Fact]
    public void ManyConnections_OldestMakesRoom()
    {
        using var rig = new SyslogRig(SyslogTransport.Tcp);
        var senders = new List<Socket>();
        for (var index = 0; index <= LiveLogLimits.Connections; index++)
        {
            senders.Add(rig.Connect(SocketType.Stream));
            senders[^1].Send("<1>x\n"u8);
            rig.Await(index + 1);
        }

        Assert.Equal(1, rig.Counts.RefusedConnections);
        senders.ForEach(static sender => sender.Dispose());
    }

    [Fact]
    public void UnixSocket_LeftBehind_IsReplaced_AndOneInUseIsNot()
    {
        using var first = new SyslogRig(SyslogTransport.Unix);
        var source = new LogSource("second", -1) { Syslog = new SyslogEndpoint(SyslogTransport.Unix, null, first.SocketPath) };
        var error = Assert.Throws<ListenException>(() => new LogIntake([source], null, static (_, _) => { }, TimeProvider.System));
        Assert.Contains("second", error.Message, StringComparison.Ordinal);
        // A socket whose process was killed leaves its file behind: here it is moved away before the socket removes it.
        var left = Path.Combine(first.Folder, "left.sock");
        using (var abandoned = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            abandoned.Bind(new UnixDomainSocketEndPoint(left + "~"));
            File.Move(left + "~", left);
        }

        using var intake = new LogIntake([source with { Syslog = new SyslogEndpoint(SyslogTransport.Unix, null, left) }], null, static (_, _) => { }, TimeProvider.System);
        Assert.Single(intake.Addresses);
    }
}
