#!/usr/bin/env bash
# A real Prometheus scrapes a running serve, promtool finds nothing to blame, and nfcapd and sfcapd, which are sent the same datagrams, agree on packets
# and bytes. Everything on loopback.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in prometheus promtool nfcapd sfcapd nfdump curl node; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip prometheus: $tool absent"; exit 0; fi
done
"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
bench=$root/artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
me=prometheus
. "$root/.ci/dotnet.sh"
find_dotnet
[ -x "$bench" ] || dotnet build "$root/bench/Breakwater.Bench" -c Release -v quiet -nologo -clp:NoSummary >&2
processes=()
trap 'for process in "${processes[@]}"; do kill -KILL "$process" 2>/dev/null || true; done; rm -rf "$scratch"' EXIT

{ read -r telemetry; read -r api; read -r flows; read -r prometheus; } < <(free_ports 4)

cat >"$scratch/breakwater.yaml" <<YAML
version: 1
listen: {telemetry: ["127.0.0.1:$telemetry"], api: "127.0.0.1:$api"}
exporters:
  - {name: edge, address: 127.0.0.1, sampling: 1}
storage: {folder: $scratch/data}
YAML
"$program" serve --config "$scratch/breakwater.yaml" >"$scratch/serve" 2>&1 </dev/null &
serve=$!
processes+=("$serve")
until_true 30 "$program" services --config "$scratch/breakwater.yaml" >/dev/null 2>&1 || { echo "FAIL prometheus: serve starts: $(tail -n 3 "$scratch/serve")"; exit 1; }
"$program" token create --config "$scratch/breakwater.yaml" --name prometheus --role viewer >"$scratch/token"
metrics() { curl -sf -H "Authorization: Bearer $(cat "$scratch/token")" "http://127.0.0.1:$api/metrics"; }
# value NAME: the sum of a series.
value() { metrics | awk -v name="$1" 'substr($1, 1, length(name)) == name && substr($1, length(name) + 1, 1) ~ /^(\{|)$/ { sum += $2 } END { printf "%.0f\n", sum }'; }

# agree NAME FORMAT COLLECTOR EXTRA: the same datagrams to both; EXTRA more to the collector alone. Prints what each counted.
agree() {
  local before_packets before_bytes datagrams collector
  mkdir "$scratch/$1"
  "$3" -4 -b 127.0.0.1 -p "$flows" -w "$scratch/$1" -t 3600 -B 4194304 >"$scratch/$1.log" 2>&1 </dev/null &
  collector=$!
  processes+=("$collector")
  sleep 1
  before_packets=$(value breakwater_detection_packets_total) before_bytes=$(value breakwater_detection_bytes_total) datagrams=$(value breakwater_telemetry_datagrams_total)
  # The first datagram of a stream of flows is its template: it goes to both, so that both can read what follows.
  "$bench" send "$2" "$telemetry,$flows" 1000 3000 >"$scratch/$1.sent"
  if [ "$4" -gt 0 ]; then "$bench" send "$2" "$flows" 1000 "$4" >/dev/null; fi
  has_all() { [ "$(value breakwater_telemetry_datagrams_total)" -ge $((datagrams + 3000)) ]; }
  until_true 10 has_all || true
  sleep 2.2 # the second that the last datagram belongs to is over
  stop "$collector"
  nfdump -R "$scratch/$1" -I 2>/dev/null | awk '/^Packets: / { packets = $2 } /^Bytes: / { bytes = $2 } END { printf "%.0f packets %.0f bytes\n", packets, bytes }' >"$scratch/$1.theirs"
  echo "$(($(value breakwater_detection_packets_total) - before_packets)) packets $(($(value breakwater_detection_bytes_total) - before_bytes)) bytes" >"$scratch/$1.ours"
}
for format in netflow9 ipfix sflow; do
  collector=nfcapd
  if [ "$format" = sflow ]; then collector=sfcapd; fi
  agree "$format" "$format" "$collector" 0
  echo "$format: $(cat "$scratch/$format.sent")"
  check "prometheus: $collector counts the same of $format: $(cat "$scratch/$format.ours")" "$(cat "$scratch/$format.theirs")" "$(cat "$scratch/$format.ours")"
  check "prometheus: of $format there was something to count" yes "$(grep -qE '^[1-9][0-9]{5,} packets [1-9]' "$scratch/$format.ours" && echo yes || echo no)"
done
# The twin: one datagram more for the other side shows. With flows, its template is the first of two.
agree twin netflow9 nfcapd 2
check 'prometheus: one datagram of 3000 that only nfcapd gets is noticed' no "$([ "$(cat "$scratch/twin.ours")" = "$(cat "$scratch/twin.theirs")" ] && echo yes || echo no)"

metrics >"$scratch/metrics"
check 'prometheus: promtool check metrics is clean' '' "$(promtool check metrics <"$scratch/metrics" 2>&1 || echo failed)"
sed 's/_bytes_total/_bits/' "$scratch/metrics" >"$scratch/spoiled"
check 'prometheus: and blames what is not' yes "$(promtool check metrics <"$scratch/spoiled" >"$scratch/blamed" 2>&1 || true; if grep -q breakwater_detection_bits "$scratch/blamed"; then echo yes; else echo no; fi)"

sed 's/..$/xx/' "$scratch/token" >"$scratch/wrong"
cat >"$scratch/prometheus.yml" <<YAML
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: breakwater
    authorization: {credentials_file: $scratch/token}
    static_configs: [{targets: ["127.0.0.1:$api"]}]
  - job_name: stranger
    authorization: {credentials_file: $scratch/wrong}
    static_configs: [{targets: ["127.0.0.1:$api"]}]
YAML
check 'prometheus: promtool check config' 0 "$(promtool check config "$scratch/prometheus.yml" >"$scratch/config.log" 2>&1; echo $?)"
prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/tsdb" --web.listen-address="127.0.0.1:$prometheus" >"$scratch/prometheus.log" 2>&1 </dev/null &
scraper=$!
processes+=("$scraper")
# ask QUERY: the first value of an instant query.
ask() { curl -sf --get --data-urlencode "query=$1" "http://127.0.0.1:$prometheus/api/v1/query" | sed -n 's/.*"value":\[[^,]*,"\([^"]*\)".*/\1/p'; }
is_up() { [ "$(ask 'up{job="breakwater"}')" = 1 ]; }
was_tried() { [ -n "$(ask 'up{job="stranger"}')" ]; }
until_true 30 is_up || true
until_true 30 was_tried || true
check 'prometheus: it scrapes' 1 "$(ask 'up{job="breakwater"}')"
check 'prometheus: with a wrong token it does not' 0 "$(ask 'up{job="stranger"}')"
curl -sf --get --data-urlencode 'match[]={job="breakwater"}' "http://127.0.0.1:$prometheus/api/v1/label/__name__/values" | grep -o '"breakwater_[a-z_]*"' | tr -d '"' | sort -u >"$scratch/stored"
sed -n 's/^# TYPE \(breakwater_[a-z_]*\) .*/\1/p' "$scratch/metrics" | sort -u >"$scratch/told"
check "prometheus: it has all $(wc -l <"$scratch/told") series" '' "$(comm -3 "$scratch/told" "$scratch/stored")"
check 'prometheus: it has the same packets' "$(value breakwater_detection_packets_total)" "$(ask 'sum(breakwater_detection_packets_total)' | awk '{ printf "%.0f\n", $1 }')"
check 'prometheus: every datagram was counted' "$(value breakwater_telemetry_datagrams_total)" "$(ask 'breakwater_telemetry_datagrams_total{outcome="counted"}')"
stop "$scraper"
kill -TERM "$serve"
code=0
wait "$serve" || code=$?
check 'prometheus: SIGTERM ends serve' 0 "$code"
exit "$bad"
