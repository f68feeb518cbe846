#!/usr/bin/env bash
# The same bytes give the same verdict hash, whatever the size of reads, the names, the order and the compression of files; other bytes do not.
set -uo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
hash() { "$breakwater" analyze "$@" --format json 2>/dev/null | sed -n 's/.*"verdictHash": *"\([0-9a-f]*\)".*/\1/p' | head -n 1; }

"$breakwater" sample syn-flood --duration 2s --rate 2kpps --seed 1 --out "$scratch/a.pcap" 2>/dev/null
"$breakwater" sample ntp-amplification --duration 3s --rate 20kpps --as sflow --sampling 10 --seed 2 --out "$scratch/b.pcap" 2>/dev/null
expected=$(hash "$scratch/a.pcap")
check 'replay: there is a hash' 64 "${#expected}"
for bytes in 1 7 4096; do
  check "replay: standard input in pieces of $bytes" "$expected" "$(dd if="$scratch/a.pcap" bs="$bytes" status=none | hash -)"
done
check 'replay: slow standard input' "$expected" "$( (head -c 100000 "$scratch/a.pcap"; sleep 1; tail -c +100001 "$scratch/a.pcap") | hash -)"
cp "$scratch/a.pcap" "$scratch/renamed"
check 'replay: renamed' "$expected" "$(hash "$scratch/renamed")"
gzip -c "$scratch/a.pcap" >"$scratch/a.pcap.gz"
check 'replay: gzip' "$expected" "$(hash "$scratch/a.pcap.gz")"
check 'replay: gzip from standard input in pieces of 7' "$expected" "$(dd if="$scratch/a.pcap.gz" bs=7 status=none | hash -)"
both=$(hash "$scratch/a.pcap" "$scratch/b.pcap")
check 'replay: two files in the other order' "$both" "$(hash "$scratch/b.pcap" "$scratch/a.pcap")"
# The twins: another input is another hash.
check 'replay: a file less is another verdict' yes "$([ "$both" != "$expected" ] && echo yes)"
"$breakwater" sample syn-flood --duration 2s --rate 2kpps --seed 3 --out "$scratch/c.pcap" 2>/dev/null
check 'replay: other packets are another verdict' yes "$([ "$(hash "$scratch/c.pcap")" != "$expected" ] && echo yes)"
exit "$bad"
