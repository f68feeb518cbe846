using System.Globalization;
using Breakwater.Wire;

namespace Breakwater.Samples.Web;

/// <summary>The requests of machines in a made log: lines of text, and nothing that could be sent.</summary>
internal sealed class FloodTraffic(LogScenario scenario, FloodOptions flood, SeededRandom random, Action<LogHit> add, Func<uint, Address> client)
{
    public void Add()
    {
        var clients = new (Address Address, string Agent, int Place)[flood.Clients];
        for (var index = 0; index < clients.Length; index++)
            clients[index] = (client(flood.Known), Agent(index), (int)random.Below(100_000));
        for (var second = 0; second < scenario.DuringSeconds; second++)
        {
            var height = Math.Min(1, (second + 1) / (double)Math.Max(1, flood.RampSeconds));
            var count = (int)(flood.RequestsPerSecond * height);
            // Machines keep their pace better than people: the rate of a second varies by a tenth.
            count += (int)random.Below((uint)Math.Max(1, count / 10));
            for (; count > 0; count--)
                AddRequest(((scenario.BeforeSeconds + second) * 1000) + (int)random.Below(1000), ref clients[random.Below((uint)clients.Length)]);
        }
    }

    private void AddRequest(int at, ref (Address Address, string Agent, int Place) machine)
    {
        var target = Target(ref machine.Place);
        var agent = flood.ChangesAgents ? Agent((int)random.Below((uint)Math.Max(1, flood.Agents))) : machine.Agent;
        var isSlow = flood.HoldSeconds > 0;
        // A slow request is logged when it ends.
        var held = isSlow ? (flood.HoldSeconds * 1000) - 2_000 + (int)random.Below(4_000) : 30 + (int)random.Below(200);
        add(new LogHit(isSlow ? at + held : at, machine.Address, agent, target)
        {
            Method = flood.Target == FloodTarget.Login ? "POST" : "GET",
            Referer = random.Below(100) < flood.Referers ? "https://www.example.com/" : "-",
            Status = (ushort)(isSlow ? 408 : flood.Target == FloodTarget.RandomPaths ? 404 : flood.Target == FloodTarget.Login ? 401 : random.OneIn(40) ? 503 : 200),
            Bytes = isSlow ? 0 : 500 + random.Below(30_000),
            DurationMilliseconds = held,
            IsHttp1 = !flood.SpeaksHttp2,
        });
        if (random.Below(100) >= flood.WithParts)
            return;
        for (var part = 0; part < scenario.Site.Assets; part++)
        {
            add(new LogHit(at + 80 + (part * 40), machine.Address, agent, scenario.Site.Part(part, random))
            {
                Referer = "https://www.example.com" + target,
                Bytes = 2_000 + random.Below(60_000),
                IsHttp1 = !flood.SpeaksHttp2,
            });
        }
    }

    private string Target(ref int place) => flood.Target switch
    {
        FloodTarget.Home => "/",
        FloodTarget.Landing => scenario.Site.Landing,
        FloodTarget.Pages => scenario.Site.Page(random),
        FloodTarget.RandomPaths => "/" + Word(6),
        FloodTarget.RandomQueries => $"/?{Word(4)}={random.NextUInt32().ToString(CultureInfo.InvariantCulture)}",
        FloodTarget.RandomSearches => $"/search?q={Word(8)}",
        FloodTarget.Login => "/account/login",
        _ => scenario.Site.NumberedPage(place++),
    };

    private string Agent(int number) => flood.UsualAgents ? LogAgents.Browser(50, random)
        : flood.Agents == 0 ? LogAgents.Tool(number % 2) : LogAgents.Listed((int)((uint)(number % flood.Agents) * 7919 % 300));

    private string Word(int letters) => string.Create(letters, random, static (word, random) =>
    {
        for (var index = 0; index < word.Length; index++)
            word[index] = (char)('a' + (int)random.Below(26));
    });
}
