#!/usr/bin/env bash
# serve --record with two exporters, an attack, a reload, datagrams that the kernel drops, and a restart: analyze gives each run's verdicts, counted into
# one shard and into four. RECORD_SECONDS for each of the two runs; 20 when absent (full/recording.sh: 300).
# beside: it waits for the clock most of the time.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in node curl; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip recording: $tool absent"; exit 0; fi
done
running=
trap 'kill -CONT $running 2>/dev/null || true; kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT

"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
{ read -r api; read -r port; } < <(free_ports 2)
config=$scratch/breakwater.yaml
mkdir "$scratch/kept"
cat >"$config" <<YAML
version: 1
listen: {telemetry: [127.0.0.1:$port], api: 127.0.0.1:$api}
storage: {folder: $scratch/kept}
detection: {quiet: 10s}
exporters:
  - {name: one, address: 127.0.0.11}
  - {name: two, address: 127.0.0.12}
YAML
# Address databases are swapped at the reload where there are two: names change no verdict.
mapfile -t databases < <(find "$root/../shared/data/geo" -name '*Country*.mmdb' 2>/dev/null | sort | head -n 2)
if [ "${#databases[@]}" -eq 2 ]; then
  cp "${databases[0]}" "$scratch/geo.mmdb"
  cp "${databases[1]}" "$scratch/other.mmdb"
  printf 'geo: {countries: %s}\n' "$scratch/geo.mmdb" >>"$config"
fi
hash_of() { "$program" analyze "$1" --format json --shards "$2" | node -e 'console.log(JSON.parse(require("fs").readFileSync(0, "utf8")).verdictHash)'; }
for run in first second; do
  start_serve "$config" "$scratch/$run" --record "$scratch/recording"
  node "$(dirname -- "${BASH_SOURCE[0]}")/recording.mjs" "$port" "$running" "$config" "${RECORD_SECONDS:-20}"
  stop "$running"
  running=
  live=$(sed -n 's/.*verdicts of this run: \([0-9a-f]*\);.*/\1/p' "$scratch/$run")
  control=$(sed -n "s/.*'breakwater analyze \(.*\)' gives.*/\1/p" "$scratch/$run")
  check "recording: the $run run told its verdicts" 64 "${#live}"
  check "recording: the $run run is complete" 0 "$(grep -c "the recording is incomplete" "$scratch/$run" || true)"
  check "recording: the $run run, one shard" "$live" "$(hash_of "$control" 1)"
  check "recording: the $run run, four shards" "$live" "$(hash_of "$control" 4)"
  check "recording: the $run run was reloaded and dropped datagrams" 'reloaded dropped' \
    "$(grep -o -m 1 'reloaded' "$scratch/$run") $(sed -n 's/.* \([0-9,]*\) more dropped by the kernel.*/\1/p' "$scratch/$run" | sed 's/^0$/none/; s/^[1-9].*/dropped/')"
  # The twin: without the reload it is another verdict.
  cp -r "$scratch/recording" "$scratch/changed"
  grep -v '"kind":"settings"' "$control" >"$scratch/changed/$(basename -- "$control")"
  check "recording: the $run run without its reload is another" 1 "$([ "$(hash_of "$scratch/changed/$(basename -- "$control")" 1)" = "$live" ]; echo $?)"
  rm -rf "$scratch/changed"
done
exit "$bad"
