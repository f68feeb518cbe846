namespace Breakwater.Wire.Ipfix;

/// <summary>What is remembered of one observation domain (source id, engine): its sequence, its clock, and its samplers in short.</summary>
internal sealed class Domain(ulong key)
{
    /// <summary>Format and domain id, as <see cref="DomainTable"/> combines them.</summary>
    internal ulong Key { get; } = key;

    internal SequenceTracker Sequence;

    internal RestartDetector Restart;

    /// <summary>Grows with every restart; templates of an older generation are stale.</summary>
    internal int Generation;

    /// <summary>Base of sysUpTime elements in IPFIX (IE 160), when an options record told it; 0 while unknown.</summary>
    internal ulong SystemInitMilliseconds;

    /// <summary>Scopes under which this domain's samplers were announced.</summary>
    internal SamplerScopes Scopes;

    /// <summary>The only selector announced so far; data without a selector id then mean this one.</summary>
    internal ulong OnlySelector;

    /// <summary>Position in the order of use.</summary>
    internal LinkedListNode<Domain>? Node;
}

/// <summary>What a sampling rate was announced for.</summary>
[Flags]
internal enum SamplerScopes : byte
{
    None = 0,
    Domain = 1 << 0,
    Selector = 1 << 1,
    Interface = 1 << 2,
    LineCard = 1 << 3,
    Template = 1 << 4,

    /// <summary>Two selectors or more: data must say which one they mean.</summary>
    SeveralSelectors = 1 << 5,
}
