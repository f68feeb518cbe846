#!/usr/bin/env bash
# The highest rate that is received without a loss: serve (all detectors on) beside nfcapd or sfcapd, by binary search over the sender's rate, each step so many
# seconds long, from one exporter and from eight. A step is free of loss when the kernel dropped no datagram at the collector's port; for serve no record may have
# been left out either. Above the rate found, one more step shows that everything is accounted for: sent = counted + left out + dropped. Loopback only.
# usage: loss-free.sh [FORMAT=netflow9] [SECONDS=30] [EXPORTERS="1 8"] [HIGHEST=320000 datagrams/s]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
format=${1:-netflow9} seconds=${2:-30} counts=${3:-1 8} highest=${4:-320000}
work=$(mktemp -d)
collector=
stop() {
  if [ -n "$collector" ]; then
    kill -TERM "$collector" 2>/dev/null || true
    wait "$collector" 2>/dev/null || true
    collector=
  fi
}
cleanup() {
  stop
  rm -rf -- "$work"
}
trap cleanup EXIT

me=loss-free
. "$root/.ci/dotnet.sh"
command -v curl >/dev/null 2>&1 || die 'needs curl'
need_sdk
"$root/breakwater" --version >/dev/null # builds when sources changed
program=$artifacts/app/breakwater
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
# shellcheck disable=SC2086 # build_inputs is a list of plain names
build "$artifacts/bench.stamp" bench/Breakwater.Bench/Breakwater.Bench.csproj bench src $build_inputs
port=22155 api=22186

drops_at() { awk -v port=":$(printf '%04X' "$1")" '$2 ~ port"$" { drops += $NF } END { print drops + 0 }' /proc/net/udp; }

# account NAME: a number of serve's own account.
account() {
  curl -sS --unix-socket "$work/data/api.sock" http://localhost/api/v1/exporters | sed -E "s/.*\"$1\":([0-9]+).*/\1/"
}

start_breakwater() {
  {
    printf 'version: 1\nlisten: {telemetry: ["127.0.0.1:%s"], api: "127.0.0.1:%s"}\nstorage: {folder: %s/data}\nexporters:\n' "$port" "$api" "$work"
    for number in $(seq 1 "$1"); do printf '  - {name: e%s, address: 127.0.0.%s, sampling: 1}\n' "$number" "$number"; done
  } >"$work/serve.yaml"
  rm -rf "$work/data"
  "$program" serve --config "$work/serve.yaml" >"$work/serve.log" 2>&1 </dev/null &
  collector=$!
  for _ in $(seq 100); do
    if [ -S "$work/data/api.sock" ] && account received >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  die "serve does not start: $(tail -n 1 "$work/serve.log")"
}

start_peer() {
  mkdir -p "$work/nf"
  "$peer" -4 -b 127.0.0.1 -p "$port" -w "$work/nf" -t 3600 -B 33554432 >"$work/peer.log" 2>&1 </dev/null &
  collector=$!
  sleep 2
}

# step TOOL RATE EXPORTERS: sends for so long; prints the datagrams sent, dropped, and the records left out.
step() {
  local tool=$1 rate=$2 exporters=$3 before sent drops shed=0
  if [ "$tool" = breakwater ]; then start_breakwater "$exporters"; else start_peer; fi
  "$bench" send "$format" "$port" $((rate / 4 + 1)) $((rate / 2 + 1)) "$exporters" >/dev/null # warm
  sleep 1
  before=$(drops_at "$port")
  if [ "$tool" = breakwater ]; then shed=$(account shedRecords); fi
  sent=$("$bench" send "$format" "$port" "$rate" $((rate * seconds)) "$exporters")
  sleep 2
  drops=$(($(drops_at "$port") - before))
  if [ "$tool" = breakwater ]; then shed=$(($(account shedRecords) - shed)); fi
  printf '%s\n' "$sent" >"$work/sent"
  if [ "$tool" = breakwater ]; then
    printf 'received %s counted %s undecodable %s kernelDrops %s\n' "$(account received)" "$(account counted)" "$(account undecodable)" "$(account kernelDrops)" >"$work/account"
  fi
  stop
  rm -rf "$work/nf"
  printf '%s %s %s\n' "$(sed -E 's/.* sent ([0-9]+) datagrams.*/\1/' "$work/sent")" "$drops" "$shed"
}

reached() { sed -E 's/.*: ([0-9]+) datagrams\/s.*/\1/' "$work/sent"; }

# search TOOL EXPORTERS: prints the rate reached in the highest step without a loss.
search() {
  local tool=$1 exporters=$2 low=0 best=0 high=$highest rate result
  while [ $((high - low)) -gt $((highest / 32)) ]; do
    rate=$(((low + high + 1) / 2))
    result=$(step "$tool" "$rate" "$exporters")
    set -- $result
    note "$format, $exporters exporter(s), $tool: $rate datagrams/s asked, $(reached) sent a second: $2 of $1 dropped, $3 records left out"
    if [ "$2" -eq 0 ] && [ "$3" -eq 0 ]; then
      low=$rate best=$(reached)
      # The sender cannot do more than this.
      if [ "$best" -lt $((rate * 9 / 10)) ]; then break; fi
    else
      high=$rate
    fi
  done
  printf '%s\n' "$best"
}

peer=nfcapd
if [ "$format" = sflow ]; then peer=sfcapd; fi
has_peer=no
if command -v "$peer" >/dev/null 2>&1; then has_peer=yes; else note "$peer is not installed: ours alone"; fi
printf '| Format | Exporters | Tool | Highest rate without a loss, datagrams/s (%s s) |\n|---|---|---|---|\n' "$seconds"
for exporters in $counts; do
  ours=$(search breakwater "$exporters")
  printf '| %s | %s | Breakwater | %s |\n' "$format" "$exporters" "$ours"
  if [ "$has_peer" = yes ]; then printf '| %s | %s | %s | %s |\n' "$format" "$exporters" "$peer" "$(search "$peer" "$exporters")"; fi
  result=$(step breakwater $((ours * 3 / 2 + 2000)) "$exporters")
  set -- $result
  read -r _ received _ counted _ undecodable _ drops <"$work/account"
  warm=$(((ours * 3 / 2 + 2000) / 2 + 1))
  printf '\nAbove it, with %s datagrams/s asked: %s sent in the step; with the warm-up %s sent = %s received (%s counted, %s undecodable) + %s dropped; %s records left out\n\n' \
    "$((ours * 3 / 2 + 2000))" "$1" "$(($1 + warm))" "$received" "$counted" "$undecodable" "$drops" "$3"
done
