#!/usr/bin/env bash
# kill -9 in the middle of an attack: what readers were told is there after the restart, once, under the same ids, and the journal has no hole.
# Named crash points and random ones are in JournalCrashTests; a hundred in full/journal-crashes.sh.
# beside: it waits for the attack of the demo most of the time.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/demo.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in node curl; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip kill-9: $tool absent"; exit 0; fi
done
running=
trap 'kill -KILL $running 2>/dev/null || true; rm -rf "$scratch" "${folder:-$scratch}"' EXIT

start_demo "${TMPDIR:-/tmp}"
token=$("$program" token create --config "$config" --name reader --role admin)
curl -sN -H "Authorization: Bearer $token" -H 'Last-Event-ID: 0' "http://127.0.0.1:$port/api/v1/events" >"$scratch/told" &
reader=$!
for _ in $(seq 450); do
  if grep -q '"incident.updated"' "$scratch/told"; then break; fi
  sleep 0.2
done
kill -KILL "$running"
wait "$running" 2>/dev/null || true
kill "$reader" 2>/dev/null || true
wait "$reader" 2>/dev/null || true

# The same storage, with nobody sending.
start_serve "$config" "$scratch/serve"
curl -sN -m 3 -H "Authorization: Bearer $token" -H 'Last-Event-ID: 0' "http://127.0.0.1:$port/api/v1/events" >"$scratch/again" || true
curl -s -H "Authorization: Bearer $token" "http://127.0.0.1:$port/api/v1/incidents" >"$scratch/incidents"

cat >"$scratch/compare.mjs" <<'JS'
import { readFileSync } from "node:fs";
const [told, again, incidents] = process.argv.slice(2);
// The last event may have been cut off by the kill: then nobody has read it.
const events = path => readFileSync(path, "utf8").split("\n\n").slice(0, -1).flatMap(block => block.split("\n").filter(line => line.startsWith("data: ")).map(line => JSON.parse(line.slice(6))));
const [before, after] = [events(told), events(again)];
const byId = new Map(after.map(event => [event.id, event]));
const missing = before.filter(event => JSON.stringify(byId.get(event.id)) !== JSON.stringify(event));
const holes = after.filter((event, index) => Number(event.id) !== index + 1);
const attack = before.find(event => event.kind === "incident.active");
const kept = JSON.parse(readFileSync(incidents, "utf8")).incidents;
const line = (name, isGood, why) => console.log(isGood ? `ok kill-9: ${name}` : `FAIL kill-9: ${name}: ${why}`);
line(`all ${before.length} events that were told are there and the same`, before.length > 2 && missing.length === 0, `${missing.length} of ${before.length} missing or changed`);
line("the sequence has no hole and nothing twice", after.length > 0 && holes.length === 0, JSON.stringify(holes[0]));
line("the incident stays open under its id", kept.filter(incident => incident.id === attack?.subject && incident.state === "active").length === 1, JSON.stringify(kept.map(incident => [incident.id, incident.state])));
line("the journal says that it was blind", after.some(event => event.kind === "incident.blind" && event.subject === attack?.subject), "no such entry");
process.exitCode = before.length > 2 && missing.length === 0 && holes.length === 0 ? 0 : 1;
JS
node "$scratch/compare.mjs" "$scratch/told" "$scratch/again" "$scratch/incidents" | tee "$scratch/lines"
if grep -q '^FAIL' "$scratch/lines"; then bad=1; fi
kill -TERM "$running"
code=0
wait "$running" || code=$?
running=
check 'kill-9: SIGTERM ends serve' 0 "$code"

# Templates older than a second are back: an exporter announces its template, Breakwater is killed, and the first data afterwards are read.
mkdir "$scratch/kept"
collector=$(free_ports 1)
cat >"$scratch/kept.yaml" <<YAML
version: 1
listen: {telemetry: [127.0.0.1:$collector], api: 127.0.0.1:$port}
exporters: [{name: edge, address: 127.0.0.1}]
storage: {folder: $scratch/kept}
YAML
# An exporter that sends its template with no record, or one record without it.
send() {
  node --input-type=module -e 'const [module, port, what] = process.argv.slice(1);
    const { Exporter } = await import(module), exporter = new Exporter("127.0.0.1", port);
    await exporter.send(exporter.message(what === "template" ? { records: 0 } : { template: false }));
    exporter.socket.close();' "$root/tests/acceptance/exporter.mjs" "$collector" "$1"
}
start_kept() { start_serve "$scratch/kept.yaml" "$scratch/kept.log"; }
records() {
  "$program" exporters --config "$scratch/kept.yaml" --format json | node -e 'const read = JSON.parse(require("fs").readFileSync(0, "utf8")); console.log(read.exporters.find(exporter => exporter.name === "edge").records)'
}
start_kept
send template
sleep 2
kill -KILL "$running"
wait "$running" 2>/dev/null || true
start_kept
send data
sleep 2
check 'kill-9: the first data datagram after it is decoded' 1 "$(records)"
kill -KILL "$running"
wait "$running" 2>/dev/null || true
# The twin: without what was kept it is not.
rm "$scratch/kept/memory.bin"
start_kept
send data
sleep 2
check 'kill-9: without the kept templates it waits' 0 "$(records)"
kill -TERM "$running"
wait "$running" || true
running=
exit "$bad"
