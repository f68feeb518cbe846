#!/usr/bin/env bash
# Whole files, start to end, beside other tools on the same input in one run: seconds and ratios. Tools that are not installed are left out.
# usage: side-by-side.sh [RATE=50kpps] [DURATION=20s]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
rate=${1:-50kpps} duration=${2:-20s}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
breakwater() { "$root/breakwater" "$@"; }
breakwater sample udp-flood --rate "$rate" --duration "$duration" --seed 1 --out "$work/packets.pcap" >/dev/null
breakwater sample udp-flood --rate "$rate" --duration "$duration" --seed 1 --as netflow9 --out "$work/netflow9.pcap" >/dev/null
breakwater sample udp-flood --rate "$rate" --duration "$duration" --seed 1 --as sflow --sampling 10 --out "$work/sflow.pcap" >/dev/null

# time_of COMMAND…: the middle of three runs, seconds of processor time (user and system), so that a busy machine counts less.
time_of() {
  local run
  for run in 1 2 3; do
    { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 </dev/null; } 2>&1 | tail -n 1 | awk '{ printf "%.2f\n", $1 + $2 }'
  done | sort -n | sed -n 2p
}

row() {
  local what=$1 file=$2 ours=$3 tool=$4
  shift 4
  if [ "$tool" != breakwater ] && ! command -v "$tool" >/dev/null 2>&1; then return 0; fi
  local seconds
  if [ "$tool" = breakwater ] && [ "$2" = decode ]; then seconds=$ours; else seconds=$(time_of "$@"); fi
  printf '%-12s %-34s %8s CPU-s %8.1f MB/s   %6.2f x\n' "$what" "$(printf '%s ' "$@" | sed "s|$work/||g; s|$root/||g" | cut -c1-34)" "$seconds" \
    "$(awk "BEGIN { print $(stat -c %s "$file") / 1e6 / ($seconds > 0 ? $seconds : 0.01) }")" "$(awk "BEGIN { print $seconds / ($ours > 0 ? $ours : 0.01) }")"
}

printf '%-12s %-34s %14s %13s   %s\n' input command time rate 'times breakwater decode'
for what in packets netflow9 sflow; do
  file=$work/$what.pcap
  ours=$(time_of "$root/breakwater" decode "$file" --format json)
  row "$what" "$file" "$ours" breakwater "$root/breakwater" decode "$file" --format json
  row "$what" "$file" "$ours" breakwater "$root/breakwater" analyze "$file"
  row "$what" "$file" "$ours" tshark tshark -r "$file" -T fields -e frame.number -e ip.src -e ip.dst -e udp.srcport
  row "$what" "$file" "$ours" tcpdump tcpdump -nr "$file"
  if [ "$what" = packets ]; then row "$what" "$file" "$ours" nfpcapd nfpcapd -r "$file" -l "$work"; fi
  if [ "$what" = netflow9 ]; then row "$what" "$file" "$ours" nfcapd nfcapd -f "$file" -l "$work"; fi
  if [ "$what" = sflow ]; then row "$what" "$file" "$ours" sfcapd sfcapd -f "$file" -l "$work"; fi
done
