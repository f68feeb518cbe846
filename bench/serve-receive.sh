#!/usr/bin/env bash
# Receive, decode and count: records per CPU-second of serve (all detectors on) beside nfcapd, sfcapd and FastNetMon (Community Edition), the same sender at the
# same rate, one after the other in one run. Loopback only. usage: [GENERATOR=PROGRAM] serve-receive.sh [--history] [RATE=20000 datagrams/s] [COUNT=100000] [EXPORTERS=1]
# --history, first, appends the figures to history.jsonl.
# GENERATOR: another sender than ours, called as PROGRAM -f v9|ipfix|sflow -d 127.0.0.1:PORT -r RATE -n COUNT; it says "sent N datagrams N records in S s: RATE".
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
keeps=
if [ "${1:-}" = --history ]; then
  keeps=1
  shift
fi
rate=${1:-20000} count=${2:-100000} exporters=${3:-1}
work=$(mktemp -d)
collector=
cleanup() {
  if [ -n "$collector" ]; then kill -TERM "$collector" 2>/dev/null || true; fi
  rm -rf -- "$work"
}
trap cleanup EXIT

me=serve-receive
. "$root/.ci/dotnet.sh"
need_sdk
"$root/breakwater" --version >/dev/null # builds when sources changed
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
if stale "$bench" bench src; then dotnet build "$root/bench/Breakwater.Bench" -c Release -v quiet -nologo -nodeReuse:false >&2; fi

. "$root/bench/serve.sh.inc"
. "$root/bench/history.sh.inc"

drops_at() { awk -v port=":$(printf '%04X' "$1")" '$2 ~ port"$" { drops += $NF } END { print drops + 0 }' /proc/net/udp; }

# measure NAME FORMAT PORT COMMAND…: one collector, one stream.
measure() {
  local name=$1 format=$2 port=$3 before after sent datagrams records drops figure
  shift 3
  "$@" >"$work/$name.log" 2>&1 &
  collector=$!
  sleep "${START_SECONDS:-5}"
  if [ "${WARM:-1}" = 1 ]; then send_to "$port" "$format" $((count / 4)) >/dev/null; sleep 1; fi
  before=$(cpu_of "$collector") drops=$(drops_at "$port")
  sent=$(send_to "$port" "$format" "$count")
  sleep 1
  after=$(cpu_of "$collector") drops=$(($(drops_at "$port") - drops))
  kill -TERM "$collector"
  wait "$collector" 2>/dev/null || true
  collector=
  datagrams=$(sed -E 's/.* sent ([0-9]+) datagrams.*/\1/' <<<"$sent") records=$(sed -E 's/.* ([0-9]+) records.*/\1/' <<<"$sent")
  figure=$(awk -v r="$records" -v d="$datagrams" -v drops="$drops" -v ns=$((after - before)) 'BEGIN { printf "%.0f", r * (d - drops) / d / ns * 1e9 }')
  awk -v name="$name" -v format="$format" -v d="$datagrams" -v drops="$drops" -v ns=$((after - before)) -v rate="$(sed -E 's/.*: //' <<<"$sent")" -v figure="$figure" \
    'BEGIN { printf "%-10s %-9s %18s  dropped %5.2f %%  %6.2f CPU-s  %6.2f M records/CPU-s\n", format, name, rate, 100 * drops / d, ns / 1e9, figure / 1e6 }'
  if [ -n "$keeps" ]; then history "serve $format $rate $name" "$figure" "$figure" "$figure"; fi
}

serve() {
  {
    printf 'version: 1\nlisten: {telemetry: [127.0.0.1:%s]}\nexporters:\n' "$1"
    for number in $(seq 1 "$exporters"); do printf '  - {name: e%s, address: 127.0.0.%s}\n' "$number" "$number"; done
  } >"$work/serve.yaml"
}

# FastNetMon's own example, with the port of this run; bans are long and no script is called.
write_fastnetmon() {
  local setting
  printf '10.0.0.0/8\n' >"$work/networks"
  : >"$work/white"
  cp /etc/fastnetmon.conf "$work/fastnetmon.conf"
  for setting in disable_usage_report=on networks_list_path="$work/networks" white_list_path="$work/white" enable_connection_tracking=off netflow=on sflow=on \
    netflow_port="$1" netflow_host=127.0.0.1 sflow_port="$2" sflow_host=127.0.0.1 notify_script_path= monitor_local_ip_addresses=off enable_api=off prometheus=off \
    pid_path="$work/pid" cli_stats_file_path="$work/stats" cli_stats_ipv6_file_path="$work/stats6"; do
    sed -i "s#^${setting%%=*} *=.*#${setting%%=*} = ${setting#*=}#" "$work/fastnetmon.conf"
  done
}

port=22055
serve "$port"
for format in netflow9 ipfix sflow; do
  measure breakwater "$format" "$port" "$artifacts/app/breakwater" serve --config "$work/serve.yaml"
  tool=nfcapd
  if [ "$format" = sflow ]; then tool=sfcapd; fi
  if command -v "$tool" >/dev/null 2>&1; then
    mkdir -p "$work/nf"
    measure "$tool" "$format" "$port" "$tool" -4 -b 127.0.0.1 -p "$port" -w "$work/nf" -t 3600 -B 33554432
    rm -rf "$work/nf"
  fi
  if command -v fastnetmon >/dev/null 2>&1 && [ -f /etc/fastnetmon.conf ]; then
    if [ "$format" = sflow ]; then write_fastnetmon $((port + 1)) "$port"; else write_fastnetmon "$port" $((port + 1)); fi
    measure fastnetmon "$format" "$port" fastnetmon --configuration_file="$work/fastnetmon.conf" --log_to_console --disable_pid_logic
  fi
done
