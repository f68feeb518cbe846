namespace Breakwater.Configuration;

/// <summary>Tells a name that is given twice, with the place of the first.</summary>
internal sealed class UniqueNames(string noun, ConfigMistakes mistakes)
{
    private readonly Dictionary<string, ConfigPlace> _places = new(StringComparer.Ordinal);

    public void Add(Placed<string> name)
    {
        if (!_places.TryAdd(name.Value, name.Place))
            mistakes.Add(name.Place, $"{noun} '{name.Value}' exists already, {_places[name.Value].InWords}", "give each a name of its own");
    }
}
