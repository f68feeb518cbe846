namespace Breakwater.Wire.Ipfix;

/// <summary>Takes what a NetFlow v9 or IPFIX message carries, in wire order. Implemented by structs, so calls cost no dispatch.</summary>
public interface ISetSink
{
    /// <summary>A template was announced, refreshed, redefined or withdrawn.</summary>
    void OnTemplate(in SetContext context, Template template, TemplateChange change);

    /// <summary>
    /// The complete records of one data set, back to back, without padding: <see cref="SetContext.RecordCount"/> of them, above 0.
    /// Read them with <see cref="RecordCursor"/>.
    /// </summary>
    void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records);

    /// <summary>A set whose records could not be read.</summary>
    /// <param name="context">The header of the message that carried it, and the set id.</param>
    /// <param name="lengthBytes">Octets of the set behind its 4-octet header.</param>
    /// <param name="reason">Why.</param>
    void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason);

    /// <summary>The message's sequence number did not follow its predecessor's.</summary>
    void OnSequence(in SetContext context, in SequenceEvent sequenceEvent);
}

/// <summary>What a template record did to the table.</summary>
public enum TemplateChange : byte
{
    /// <summary>A new id.</summary>
    Added = 0,

    /// <summary>The same layout again.</summary>
    Refreshed,

    /// <summary>Another layout under a known id: replaced.</summary>
    Redefined,

    /// <summary>Withdrawn (RFC 7011 §8.1), over TCP and SCTP only.</summary>
    Withdrawn,

    /// <summary>Removed: not seen for its lifetime (RFC 7011 §8.4).</summary>
    Expired,
}

/// <summary>Why a set could not be read.</summary>
public enum UndecodableReason : byte
{
    /// <summary>No template with its id came.</summary>
    NoTemplate = 0,

    /// <summary>It waited for a template longer than the limit.</summary>
    WaitedTooLong,

    /// <summary>Too many sets or octets wait already.</summary>
    QueueFull,

    /// <summary>All fields of its template have length zero: the number of records is unknown.</summary>
    ZeroLengthTemplate,

    /// <summary>A set id that the format reserves.</summary>
    ReservedSetId,

    /// <summary>The set contradicts its template: the first record does not fit, or more octets remain than padding may have.</summary>
    LayoutMismatch,

    /// <summary>A template set that cannot be read, or exceeds the limits.</summary>
    BadTemplate,
}
