#!/usr/bin/env bash
# `analyze` of about 1 GiB of small packets, whole process, start-up included, beside other tools on the same file in one run: packets per CPU-second.
# One file has few flows, one a sender per packet. Prints a Markdown table; tools that are not installed are left out and named.
# usage: analyze-side-by-side.sh [--history] [--check]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/bench/history.sh.inc"
goal=6000000
checks=0 keeps=0 bad=0
for word in "$@"; do
  case $word in
    --check) checks=1 ;;
    --history) keeps=1 ;;
    *) echo "usage: analyze-side-by-side.sh [--history] [--check]" >&2; exit 2 ;;
  esac
done
share=${BREAKWATER_BENCH_PERCENT:-100} # of the files' size, for a short look
cut=2000000                              # softflowd is slow: it gets this many packets of the file
mkdir -p "$root/artifacts"
work=$(mktemp -d -p "$root/artifacts")
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/flows"

# cpu_of COMMAND…: three runs, seconds of processor time (user and system) in order: slowest last, so that a busy machine counts less.
cpu_of() {
  local run
  for run in 1 2 3; do
    { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>"$work/err" </dev/null; } 2>&1 | tail -n 1 | awk '{ printf "%.3f\n", $1 + $2 }'
  done | sort -n
}

# row FILE-NAME PACKETS TOOL COMMAND…: one line of the table. The first row of a file is Breakwater's; ratios are to it.
row() {
  local what=$1 packets=$2 tool=$3 cpu rates
  shift 3
  if ! command -v "$1" >/dev/null 2>&1; then printf '| %s | %s | — | not installed | |\n' "$what" "$tool"; return 0; fi
  "$@" >/dev/null 2>"$work/err" </dev/null || { printf '%s: %s\n' "$tool" "$(tail -n 1 "$work/err")" >&2; bad=1; return 0; }
  cpu=$(cpu_of "$@")
  rates=$(printf '%s\n' "$cpu" | awk -v packets="$packets" '{ rate[NR] = packets / ($1 > 0.001 ? $1 : 0.001) } END { printf "%d %d %d", rate[3], rate[2], rate[1] }')
  read -r slowest middle fastest <<<"$rates"
  if [ "$tool" = 'breakwater analyze' ]; then ours=$middle; fi
  printf '| %s | %s | %s | %s | %s |\n' "$what" "$tool" "$(printf '%s\n' "$cpu" | sed -n 2p)" \
    "$(awk "BEGIN { printf \"%.2f (%.2f-%.2f)\", $middle / 1e6, $slowest / 1e6, $fastest / 1e6 }")" "$(awk "BEGIN { printf \"%.2f\", $middle / $ours }")"
  if [ "$keeps" = 1 ]; then history "analyze-1gib $what $tool" "$middle" "$slowest" "$fastest"; fi
}

measure() {
  local what=$1 seconds=$2 file=$work/$1.pcap packets
  shift 2
  # Seconds of 100,000 packets each: 1 GiB is the most that sample writes.
  "$root/breakwater" sample "$@" --rate 100kpps --duration "$((seconds * share / 100))s" --mix 0% --seed 1 --out "$file" 2>"$work/made"
  packets=$(sed -n 's/.*: \([0-9]*\) packets.*/\1/p' "$work/made" | head -n 1)
  sync "$file" # written, so that nobody else writes while they read; all start with the file in the page cache
  ours=1
  row "$what" "$packets" 'breakwater analyze' "$root/breakwater" analyze "$file"
  local analyzed=$ours
  row "$what" "$packets" 'capinfos -c' capinfos -c "$file"
  row "$what" "$packets" 'tcpdump -w /dev/null' tcpdump -w /dev/null -r "$file"
  row "$what" "$packets" 'nfpcapd -r' nfpcapd -r "$file" -w "$work/flows"
  if command -v tcpdump >/dev/null 2>&1; then
    tcpdump -c "$cut" -w "$work/cut.pcap" -r "$file" 2>/dev/null || true
    local cut_packets=$((packets < cut ? packets : cut))
    row "$what, first $cut_packets" "$cut_packets" 'softflowd -r' softflowd -d -r "$work/cut.pcap" -p "$work/softflowd.pid" -c none
  fi
  rm -f "$file" "$work/cut.pcap" "$work"/flows/*
  is_fast() { [ "$1" -ge "$2" ]; }
  if [ "$checks" = 1 ]; then
    if is_fast "$analyzed" "$goal"; then echo "ok analyze-1gib $what: $analyzed packets per CPU-second (goal $goal)"
    else echo "FAIL analyze-1gib $what: $analyzed packets per CPU-second, goal $goal"; bad=1; fi
    # The twin: the check can fail.
    if is_fast "$analyzed" 1000000000000; then echo "FAIL analyze-1gib $what: no program reads a million million packets a second"; bad=1
    else echo "ok analyze-1gib $what: a goal of a million million is not met"; fi
  fi
}

echo '| File | Command | CPU-s | M packets per CPU-second (slowest-fastest of 3) | times analyze |'
echo '|---|---|---|---|---|'
measure few-flows 92 icmp-flood --mimic
measure sender-per-packet 138 syn-flood
exit "$bad"
