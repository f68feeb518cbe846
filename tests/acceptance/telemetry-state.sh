#!/usr/bin/env bash
# Templates as exporters really send them, seen from outside: in another file than the data, before or behind them, redefined, never.
# The datagrams are written here octet by octet (RFC 7011); ports, restarts and hostile floods are in the tests named AcceptanceState*.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
bad=0
ok() { printf 'ok telemetry-state: %s\n' "$1"; }
fail() { printf 'FAIL telemetry-state: %s: %s\n' "$1" "$2"; bad=1; }

# header LENGTH SEQUENCE: an IPFIX message header of domain 7, exported 2023-11-14T22:13:20Z.
header() { printf '%b' "$(printf '\\x00\\x0a\\x%02x\\x%02x\\x65\\x53\\xf1\\x00\\x00\\x00\\x00\\x%02x\\x00\\x00\\x00\\x07' $(($1 >> 8)) $(($1 & 255)) "$2")"; }
# Template 256: sourceIPv4Address, octetDeltaCount in 4 octets. 16 octets with the set header.
template='\x00\x02\x00\x10\x01\x00\x00\x02\x00\x08\x00\x04\x00\x01\x00\x04'
# The same id the other way round, the counter in 8 octets.
redefined='\x00\x02\x00\x10\x01\x00\x00\x02\x00\x01\x00\x08\x00\x08\x00\x04'
data='\x01\x00\x00\x0c\xc0\x00\x02\x01\x00\x00\x05\xdc'
redefined_data='\x01\x00\x00\x10\x00\x00\x00\x00\x00\x00\x05\xdc\xc0\x00\x02\x01'

{ header 32 0; printf '%b' "$template"; } >"$work/template"
{ header 28 0; printf '%b' "$data"; } >"$work/data"
{ header 44 0; printf '%b' "$template$data"; } >"$work/template-first"
{ header 44 0; printf '%b' "$data$template"; } >"$work/data-first"
{ header 44 0; printf '%b' "$template$data"; header 48 1; printf '%b' "$redefined$redefined_data"; } >"$work/redefined"

# records FILE…: source and octets of each record, one a line.
records() {
  "$root/breakwater" decode --format json "$@" 2>"$work/err" |
    sed -n 's/.*"sourceIPv4Address":"\([^"]*\)".*"octetDeltaCount":\([0-9]*\).*/\1 \2/p; t
            s/.*"octetDeltaCount":\([0-9]*\).*"sourceIPv4Address":"\([^"]*\)".*/\2 \1/p' || true
}
# expect NAME WANTED FILE…
expect() {
  local name=$1 wanted=$2 got
  shift 2
  got=$(records "$@")
  if [ "$got" = "$wanted" ]; then ok "$name"; else fail "$name" "got '$got', not '$wanted': $(tail -n 2 "$work/err")"; fi
}

one='192.0.2.1 1500'
expect 'template and data in one datagram' "$one" "$work/template-first"
expect 'data before its template in one datagram' "$one" "$work/data-first"
expect 'template in one file, data in another' "$one" "$work/template" "$work/data"
expect 'data file named before the template file' "$one" "$work/data" "$work/template"
expect 'redefinition with another layout' "$one"$'\n'"$one" "$work/redefined"
expect 'the twin: data without any template give no record' '' "$work/data"
if grep -q 256 "$work/err"; then ok 'the set without template is reported'; else fail 'the set without template is reported' "$(cat "$work/err")"; fi
exit "$bad"
