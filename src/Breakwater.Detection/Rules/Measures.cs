namespace Breakwater.Detection.Rules;

/// <summary>Names of what reasons measure, as they stand in reports.</summary>
internal static class Measures
{
    public const string Rate = "packetsPerSecond";
    public const string Sources = "distinctSources";
    public const string Unasked = "unaskedReplies";
    public const string UnfinishedShare = "unfinishedShare";
    public const string UnaskedShare = "unaskedShare";
    public const string ReturnedShare = "returnedShare";
    public const string SourcePortShare = "sourcePortShare";
    public const string MeanBytes = "meanBytes";
    public const string PacketsPerFlow = "packetsPerFlow";
    public const string Connections = "connectionsPerSecond";
    public const string ConnectionsPerSource = "connectionsPerSource";
    public const string Requests = "requestsPerSecond";
    public const string RequestsPerSource = "requestsPerSource";
    public const string TopNameShare = "topNameShare";
    public const string NewNameShare = "newNameShare";
    public const string DomainShare = "domainShare";
    public const string DataPerConnection = "dataPerConnection";
    public const string Clients = "distinctClients";
    public const string Hosts = "distinctHosts";
    public const string Usual = "timesUsual";
    public const string Strangers = "newSourceShare";
}
