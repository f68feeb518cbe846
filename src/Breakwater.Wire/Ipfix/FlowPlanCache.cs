using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Compiled plans by layout, shared by all exporters of the process: routers of one model send the same layouts. Bounded; once full,
/// further layouts stay with the interpreter. Safe for use from several threads.
/// </summary>
internal sealed class FlowPlanCache(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Layout, PlanCode> _codes = [];

    /// <summary>Plans in the process's cache, of some kilobytes of code each.</summary>
    internal const int MaxPlans = 256;

    /// <summary>The process's cache.</summary>
    internal static FlowPlanCache Shared { get; } = new(MaxPlans);

    internal int Count
    {
        get
        {
            lock (_gate)
                return _codes.Count;
        }
    }

    /// <summary>The code for a plan; null when the runtime cannot compile, or the cache is full.</summary>
    internal PlanCode? TryGet(FlowPlan plan, Template template)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || !BitConverter.IsLittleEndian)
            return null;
        var layout = new Layout(template.Format, template.Fields.ToArray());
        lock (_gate)
        {
            if (_codes.TryGetValue(layout, out var code))
                return code;
            if (_codes.Count >= limit)
                return null;
            code = FlowPlanCompiler.Compile(plan);
            _codes.Add(layout, code);
            return code;
        }
    }

    private sealed class Layout(ExportFormat format, FieldSpecifier[] fields) : IEquatable<Layout>
    {
        private readonly ExportFormat _format = format;
        private readonly FieldSpecifier[] _fields = fields;

        public bool Equals(Layout? other) => other is not null && _format == other._format && _fields.AsSpan().SequenceEqual(other._fields);

        public override bool Equals(object? obj) => Equals(obj as Layout);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_format);
            foreach (var field in _fields)
                hash.Add(field);
            return hash.ToHashCode();
        }
    }
}
