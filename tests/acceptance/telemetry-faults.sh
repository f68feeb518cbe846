#!/usr/bin/env bash
# Twelve faults of telemetry at a running serve: each is named by the health API within ten seconds, none alone is an attack, and an exporter that is cut
# off in an attack ends no incident.
# beside: it waits for the health API most of the time.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in node curl; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip telemetry-faults: $tool absent"; exit 0; fi
done
running=
trap 'kill -CONT $running 2>/dev/null || true; kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT

"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
{ read -r api; read -r port; } < <(free_ports 2)
config=$scratch/breakwater.yaml
mkdir "$scratch/kept"
{
  printf 'version: 1\nlisten: {telemetry: [127.0.0.1:%s], api: 127.0.0.1:%s}\nstorage: {folder: %s}\ndetection: {quiet: 10s}\nexporters:\n' "$port" "$api" "$scratch/kept"
  for number in 0 1 2 3 4 5 7 8 9 11; do printf '  - {name: e%s, address: 127.0.0.%s}\n' "$number" $((10 + number)); done
  printf '  - {name: e6, sampling: 100, address: 127.0.0.16}\n'
} >"$config"
start_serve "$config" "$scratch/serve"
token=$("$program" token create --config "$config" --name reader --role viewer)
node "$(dirname -- "${BASH_SOURCE[0]}")/telemetry-faults.mjs" "$api" "$port" "$token" "$running" "$config" || bad=1
stop "$running"
running=
exit "$bad"
