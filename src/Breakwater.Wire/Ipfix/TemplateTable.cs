namespace Breakwater.Wire.Ipfix;

/// <summary>
/// The templates of one exporter, bounded in number and in fields. When full, templates that never had data give way first (oldest
/// first), then the least recently used: a flood of templates cannot push out those in use while unused ones remain.
/// </summary>
internal sealed class TemplateTable(int maxTemplates, int maxFields)
{
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly LinkedList<Entry> _unused = [];
    private readonly LinkedList<Entry> _used = [];

    internal int Count => _entries.Count;

    internal int FieldCount { get; private set; }

    /// <summary>Templates that gave way to others since the start.</summary>
    internal ulong Evictions { get; private set; }

    /// <summary>All templates: the unused ones, then by last use.</summary>
    internal IEnumerable<Template> All => _unused.Concat(_used).Select(entry => entry.Template);

    internal static ulong Key(ExportFormat format, uint domainId, ushort id) => ((ulong)format << 48) | ((ulong)domainId << 16) | id;

    internal Template? Find(ulong key) => _entries.TryGetValue(key, out var entry) ? entry.Template : null;

    /// <summary>Finds a template for data, and marks it as just used.</summary>
    internal Template? Use(ulong key)
    {
        if (!_entries.TryGetValue(key, out var entry))
            return null;
        if (entry.Node != _used.Last)
        {
            entry.Node.List!.Remove(entry.Node);
            _used.AddLast(entry.Node);
        }

        return entry.Template;
    }

    /// <summary>Adds or replaces; the caller has checked that the template alone is within the limits.</summary>
    internal void Put(ulong key, Template template)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            FieldCount += template.Fields.Length - entry.Template.Fields.Length;
            entry.Template = template;
        }
        else
        {
            entry = new Entry(key, template);
            _entries.Add(key, entry);
            _unused.AddLast(entry.Node);
            FieldCount += template.Fields.Length;
        }

        while (_entries.Count > maxTemplates || FieldCount > maxFields)
        {
            var victim = _unused.First is { } first && first.Value != entry ? first : _used.First;
            if (victim is null || victim.Value == entry)
                break;
            Remove(victim.Value.Key);
            Evictions++;
        }
    }

    internal bool Remove(ulong key)
    {
        if (!_entries.Remove(key, out var entry))
            return false;
        entry.Node.List!.Remove(entry.Node);
        FieldCount -= entry.Template.Fields.Length;
        return true;
    }

    private sealed class Entry
    {
        internal Entry(ulong key, Template template)
        {
            Key = key;
            Template = template;
            Node = new LinkedListNode<Entry>(this);
        }

        internal ulong Key { get; }

        internal Template Template { get; set; }

        internal LinkedListNode<Entry> Node { get; }
    }
}
