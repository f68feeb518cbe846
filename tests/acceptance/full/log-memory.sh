#!/usr/bin/env bash
# serve takes LOG_LINES lines of syslog over TCP (100 million when absent: some minutes), with clients, paths, hosts and agents that do not come again: it stays below 256 MB, and
# the second half of the run needs no more than the first.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/../ports.sh.inc"
for tool in node; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip log-memory: $tool absent"; exit 0; fi
done
running=
trap 'kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT

"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
{ read -r api; read -r port; read -r syslog; } < <(free_ports 3)
config=$scratch/breakwater.yaml
cat >"$config" <<YAML
version: 1
listen: {telemetry: [127.0.0.1:$port], api: 127.0.0.1:$api}
storage: {folder: $scratch/kept}
limits: {hosts: 1024, dossiers: 16, tickRecords: 1024}
web: {inputs: [{syslog: 'tcp://127.0.0.1:$syslog', format: vhost_combined}]}
YAML
mkdir "$scratch/kept"
start_serve "$config" "$scratch/serve"
lines=${LOG_LINES:-100000000}
said=$(node "$(dirname -- "${BASH_SOURCE[0]}")/log-memory.mjs" "$syslog" "$running" "$lines" "$scratch/kept/api.sock")
echo "log-memory: $said"
word() { sed -n "s/.*$1 \([0-9.]*\).*/\1/p" <<<"$said"; }
check "log-memory: every line is counted" "$lines" "$(word counted)"
check "log-memory: at most 256 MB" 1 "$(node -e "console.log(Number(process.argv[1] <= 256))" "$(word most)")"
check "log-memory: the second half needs no more than the first, a tenth aside" 1 "$(node -e "console.log(Number(process.argv[1] <= process.argv[2] * 1.1))" "$(word second)" "$(word first)")"
stop "$running"
running=
exit "$bad"
