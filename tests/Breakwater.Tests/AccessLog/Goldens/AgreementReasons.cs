namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>Why a field may differ from what another program reads.</summary>
internal static class AgreementReasons
{
    public static readonly (string Tool, string Format, string Field, string Reason)[] All =
    [
        ("CrowdSec", "caddy", "time", "The golden has whole seconds; Caddy's ts has a fraction."),
        ("CrowdSec", "traefik", "time", "The golden has whole seconds; StartUTC has nanoseconds."),
        ("CrowdSec", "traefik", "clientAddress", "ClientHost holds a chain of addresses that a client can write. The golden takes its last one; we take the peer, unless proxies are named as trusted."),
        ("CrowdSec", "envoy", "clientAddress", "Envoy's default text has no address but X-Forwarded-For, which a client can write: unknown to us, the golden believes it."),
        ("CrowdSec", "combined", "line", "Lines of Nginx Proxy Manager, a format that is not known by content (--log-format can give it); the golden has a rule for it."),
        ("CrowdSec", "not recognised", "line", "As above: formats of Nginx Proxy Manager and Zoraxy."),
        ("CrowdSec", "vhost_combined", "host", "%v:%p is host and port; the golden takes the port off."),
        ("CrowdSec", "vhost_combined", "target", "Octets of other protocols instead of a request line: requestLine here, in the golden they count as target."),
        ("UAHL labels", "combined", "target", "Targets with scheme and host (RFC 9112 §3.2.2): here the host is a field of its own."),
        ("UAHL labels", "combined", "userAgent", "The labels' table spells agents otherwise than the log."),
        ("fail2ban", "haproxy", "time", "The golden takes the syslog stamp in front, which has no year; we take HAProxy's own time."),
        ("fail2ban", "vhost_combined", "line", "A time without a zone and a host behind it: a format that is not known by content."),
    ];
}
