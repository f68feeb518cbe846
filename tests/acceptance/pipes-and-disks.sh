#!/usr/bin/env bash
# Inputs that can be read only once, readers that go away, and full disks: nothing is lost without a word, no exit code lies.
set -uo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
lines() { wc -l | tr -d ' '; }

capture=$root/samples/quiet-mix.pcap.gz
packets=$("$breakwater" decode "$capture" --format json 2>/dev/null | lines)
check 'decode: standard input' "$packets" "$(gzip -dc "$capture" | "$breakwater" decode - --format json 2>/dev/null | lines)"
check 'decode: two pipes' "$((2 * packets))" "$("$breakwater" decode <(gzip -dc "$capture") <(cat "$capture") --format json 2>/dev/null | lines)"
mkfifo "$scratch/fifo"
cat "$root/samples/quiet-mix.ipfix" >"$scratch/fifo" &
writer=$!
records=$("$breakwater" decode "$root/samples/quiet-mix.ipfix" --format json 2>/dev/null | lines)
check 'decode: a named pipe' "$((2 * records))" \
  "$(timeout 20 "$breakwater" decode "$scratch/fifo" "$root/samples/quiet-mix.ipfix" --format json 2>/dev/null | lines)"
wait "$writer"
check 'analyze: a pipe gives the same sentence' "$("$breakwater" analyze "$root/samples/ntp-amplification.pcap.gz" | head -n 1)" \
  "$("$breakwater" analyze <(cat "$root/samples/ntp-amplification.pcap.gz") | head -n 1)"

for command in 'decode' 'decode --format json' 'analyze' 'analyze --format json'; do
  code=0
  # shellcheck disable=SC2086 # command and option
  "$breakwater" $command "$root/samples/syn-flood-sflow.pcap" >/dev/full 2>"$scratch/error" || code=$?
  check "$command: a full disk is no verdict" 4 "$code"
  check "$command: and is told" 1 "$(grep -c 'standard output' "$scratch/error")"
done
check 'decode: a reader that has enough ends it quietly' '1 0' "$("$breakwater" decode "$capture" --format json 2>/dev/null | head -n 1 | lines) ${PIPESTATUS[0]}"

head -c 60000 "$root/samples/ntp-amplification.pcap.gz" >"$scratch/cut.pcap.gz"
"$breakwater" decode "$scratch/cut.pcap.gz" --format json >"$scratch/out" 2>"$scratch/error"
check 'decode: cut compression gives what came before' yes "$([ "$(lines <"$scratch/out")" -gt 1000 ] && echo yes)"
check 'decode: and the offset' yes "$(grep -q 'damaged at byte' "$scratch/error" && echo yes)"
exit "$bad"
