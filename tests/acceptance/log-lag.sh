#!/usr/bin/env bash
# serve follows a log that grows by LAG_RATE lines a second (5,000) for LAG_SECONDS (15): lines are counted within 2 s at p99, and each once, over a rotation
# too (full/log-lag.sh: 100,000 a second for 60 s).
# beside: it waits for the clock most of the time.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in node; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip log-lag: $tool absent"; exit 0; fi
done
running=
trap 'kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT

"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
{ read -r api; read -r port; } < <(free_ports 2)
config=$scratch/breakwater.yaml
cat >"$config" <<YAML
version: 1
listen: {telemetry: [127.0.0.1:$port], api: 127.0.0.1:$api}
storage: {folder: $scratch/kept}
limits: {hosts: 1024, dossiers: 16, tickRecords: 1024}
web: {inputs: [{file: $scratch/access.log}]}
YAML
mkdir "$scratch/kept"
: >"$scratch/access.log"
start_serve "$config" "$scratch/serve"
rate=${LAG_RATE:-5000}
said=$(node "$(dirname -- "${BASH_SOURCE[0]}")/log-lag.mjs" "$scratch/access.log" "$scratch/kept/api.sock" "$rate" "${LAG_SECONDS:-15}")
echo "log-lag: at $rate lines/s: $said (seconds)"
word() { sed -n "s/.*$1 \([0-9.]*\).*/\1/p" <<<"$said"; }
check "log-lag: p99 of the lag at $rate lines/s is at most 2 s" 1 "$(node -e "console.log(Number(process.argv[1] <= 2))" "$(word p99)")"
check "log-lag: what /metrics tells is no less than half of it, a look aside" 1 "$(node -e "console.log(Number(process.argv[1] * 2 + 0.3 >= process.argv[2]))" "$(word told99)" "$(word p99)")"
check "log-lag: every line is counted once" "$(word written)" "$(word counted)"
before=$(word written)
# The twin: a serve that stands still lags.
kill -STOP "$running"
node -e 'for (let n = 0; n < 1000; n++) console.log(`198.18.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "made"`)' >>"$scratch/access.log"
sleep 3
kill -CONT "$running"
count_of() { node -e 'require("node:http").get({ socketPath: process.argv[1], path: "/metrics" }, answer => { let text = ""; answer.on("data", piece => text += piece).on("end", () => console.log(text.match(/lines_total\{outcome="request"\} (\d+)/)[1])); })' "$scratch/kept/api.sock"; }
all_counted() { [ "$(count_of)" = "$1" ]; }
check "log-lag: after standing still all is counted" 0 "$(until_true 20 all_counted $((before + 1000)); echo $?)"
# Rotated while it is written: every line once.
mv "$scratch/access.log" "$scratch/access.log.1"
said=$(node "$(dirname -- "${BASH_SOURCE[0]}")/log-lag.mjs" "$scratch/access.log" "$scratch/kept/api.sock" 1000 2)
check "log-lag: after rotation every line once too" 0 "$(until_true 20 all_counted $((before + 1000 + $(word written))); echo $?)"
stop "$running"
running=
exit "$bad"
