#!/usr/bin/env bash
# serve under half of the rate that it receives without a loss, all detectors on, for half an hour: memory stays flat, no verdict comes late, nothing is dropped or
# left out; the collector's pauses (99th percentile) are printed. SOAK_MINUTES (30), SOAK_RATE in datagrams/s of NetFlow v9 (half of what bench/loss-free.sh finds
# in steps of 10 s), SOAK_EXPORTERS (8).
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/../ports.sh.inc"
me=soak
. "$root/.ci/dotnet.sh"
if ! command -v curl >/dev/null 2>&1; then echo 'skip soak: curl absent'; exit 0; fi
minutes=${SOAK_MINUTES:-30} exporters=${SOAK_EXPORTERS:-8} rate=${SOAK_RATE:-}
need_sdk
"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
# shellcheck disable=SC2086 # build_inputs is a list of plain names
build "$artifacts/bench.stamp" bench/Breakwater.Bench/Breakwater.Bench.csproj bench src $build_inputs
if [ -z "$rate" ]; then
  rate=$(($(bash "$root/bench/loss-free.sh" netflow9 10 "$exporters" | awk -F'|' '$4 ~ /Breakwater/ { print $5 + 0 }') / 2))
fi
[ "$rate" -ge 100 ] || { echo 'FAIL soak: no rate without a loss was found'; exit 1; }
serving= sending=
trap 'kill -TERM $serving $sending 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$scratch"' EXIT
{ read -r api; read -r port; } < <(free_ports 2)
{
  printf 'version: 1\nlisten: {telemetry: ["127.0.0.1:%s"], api: "127.0.0.1:%s"}\nstorage: {folder: %s/data}\nexporters:\n' "$port" "$api" "$scratch"
  for number in $(seq 1 "$exporters"); do printf '  - {name: e%s, address: 127.0.0.%s, sampling: 1}\n' "$number" "$number"; done
} >"$scratch/soak.yaml"
"$program" serve --config "$scratch/soak.yaml" >"$scratch/serve.log" 2>&1 </dev/null &
serving=$!
ask() { curl -sS --max-time 10 --unix-socket "$scratch/data/api.sock" "http://localhost$1"; }
for _ in $(seq 100); do if [ -S "$scratch/data/api.sock" ] && ask /healthz >/dev/null 2>&1; then break; fi; sleep 0.2; done
metric() { ask /metrics | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print 0 }'; }

"$bench" send netflow9 "$port" "$rate" $((rate * 90)) "$exporters" >/dev/null # warm: health tells of the last minute, and start-up is not looked at
drops=$(metric breakwater_telemetry_kernel_drops_total) shed=$(metric breakwater_telemetry_shed_records_total)
"$bench" send netflow9 "$port" "$rate" $((rate * 60 * minutes)) "$exporters" >"$scratch/sent" &
sending=$!
late=0
while kill -0 "$sending" 2>/dev/null; do
  sleep 5
  awk '/^VmRSS/ { print $2 }' "/proc/$serving/status" >>"$scratch/resident"
  if ask /api/v1/exporters | grep -q '"kind":"late"'; then late=$((late + 1)); fi
done
sending=
cat "$scratch/sent"
drops=$(($(metric breakwater_telemetry_kernel_drops_total) - drops)) shed=$(($(metric breakwater_telemetry_shed_records_total) - shed))
printf 'resident memory, MB: '
awk 'NR % 12 == 1 { printf "%.0f ", $1 / 1024 } END { print "" }' "$scratch/resident"
printf 'garbage collector: %s pauses, %s s together, 99th percentile %s s\n' \
  "$(metric breakwater_process_gc_pauses_total)" "$(metric breakwater_process_gc_pause_seconds_total)" "$(metric breakwater_process_gc_pause_p99_seconds)"
# The median of the last fifth beside that of the second: start-up is not looked at.
flat=$(awk '{ all[NR] = $1 }
  function median(from, to, n, i, j, t, s) { n = 0; for (i = from; i <= to; i++) s[n++] = all[i]; for (i = 1; i < n; i++) for (j = i; j > 0 && s[j - 1] > s[j]; j--) { t = s[j]; s[j] = s[j - 1]; s[j - 1] = t }; return s[int(n / 2)] }
  END { fifth = int(NR / 5); early = median(fifth + 1, 2 * fifth); late = median(NR - fifth + 1, NR); printf "%s", (fifth > 0 && late <= 1.1 * early) ? "flat" : "grown from " early " to " late " KB" }' "$scratch/resident")
check 'memory stays flat (a tenth more at most)' flat "$flat"
check 'no verdict is late' 0 "$late"
check 'the kernel drops nothing' 0 "$drops"
check 'nothing is left out' 0 "$shed"
kill -TERM "$serving"
wait "$serving" || bad=1
serving=
exit "$bad"
