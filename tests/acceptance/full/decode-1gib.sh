#!/usr/bin/env bash
# `decode` of a 1 GiB capture stays under 200 MB of memory: the largest resident set that the kernel saw.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
limit_kib=$((200 * 1000 * 1000 / 1024))
work=$(mktemp -d -p "$root/artifacts" 2>/dev/null || mktemp -d)
trap 'rm -rf -- "$work"' EXIT
bad=0

# One sample as large as `sample` writes, repeated behind its own file header until there is 1 GiB.
"$root/breakwater" sample dns-amplification --duration 20s --rate 10kpps --seed 1 --out "$work/part.pcap" >/dev/null
cp "$work/part.pcap" "$work/large.pcap"
tail -c +25 "$work/part.pcap" >"$work/records"
while [ "$(stat -c %s "$work/large.pcap")" -lt $((1024 * 1024 * 1024)) ]; do cat "$work/records" >>"$work/large.pcap"; done
bytes=$(stat -c %s "$work/large.pcap")

# The launcher becomes the program, so its process id is the one to watch.
begin=$SECONDS
"$root/breakwater" decode "$work/large.pcap" --format json >"$work/out" 2>"$work/err" &
pid=$!
peak=0
while kill -0 "$pid" 2>/dev/null; do
  for each in "$pid" $(pgrep -P "$pid" 2>/dev/null || true); do
    seen=$(awk '/^VmHWM/ { print $2 }' "/proc/$each/status" 2>/dev/null || true)
    if [ "${seen:-0}" -gt "$peak" ]; then peak=$seen; fi
  done
  : >"$work/out"
  sleep 0.1
done
code=0
wait "$pid" || code=$?

is_under() { [ "$peak" -gt 0 ] && [ "$peak" -lt "$1" ]; }
if [ "$code" -ne 0 ]; then printf 'FAIL decode-1gib: exit code %s: %s\n' "$code" "$(tail -n 3 "$work/err")"; bad=1
elif is_under "$limit_kib"; then printf 'ok decode-1gib: peak %s KiB for %s bytes in %s s (limit %s KiB)\n' "$peak" "$bytes" $((SECONDS - begin)) "$limit_kib"
else printf 'FAIL decode-1gib: peak %s KiB, limit %s KiB\n' "$peak" "$limit_kib"; bad=1; fi

# The twin: the check can fail.
if is_under 1024; then printf 'FAIL decode-1gib: no program runs in 1 MiB\n'; bad=1; else printf 'ok decode-1gib: a limit of 1 MiB is not met\n'; fi
exit "$bad"
