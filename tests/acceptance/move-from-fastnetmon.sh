#!/usr/bin/env bash
# A FastNetMon configuration becomes ours, and its notify script is called unchanged: once when an attack begins, once when it is over. A script that
# hangs beside it costs nobody anything and is seen.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/ports.sh.inc"
for tool in node curl; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip move-from-fastnetmon: $tool absent"; exit 0; fi
done
"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater
bench=$root/artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
me=move-from-fastnetmon
. "$root/.ci/dotnet.sh"
find_dotnet
[ -x "$bench" ] || dotnet build "$root/bench/Breakwater.Bench" -c Release -v quiet -nologo -clp:NoSummary >&2
running=
trap 'kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT
{ read -r telemetry; read -r api; } < <(free_ports 2)

printf '10.10.0.0/16\n' >"$scratch/networks"
printf '#!/bin/sh\necho "$1 $2 $4" >>%s/told\nif [ "$4" = ban ]; then cat >%s/details; fi\n' "$scratch" "$scratch" >"$scratch/notify.sh"
printf '#!/bin/sh\nsleep 600\n' >"$scratch/hang.sh"
chmod 755 "$scratch/notify.sh" "$scratch/hang.sh"
: >"$scratch/told"
cat >"$scratch/fastnetmon.conf" <<CONF
# What a small network has
enable_ban = on
ban_time = 1900
ban_for_pps = on
threshold_pps = 20000
sflow = on
sflow_port = $telemetry
sflow_host = 127.0.0.1
networks_list_path = $scratch/networks
notify_script_path = $scratch/notify.sh
CONF
"$program" config import "$scratch/fastnetmon.conf" --exporter 127.0.0.1 --exporter 127.0.0.2 >"$scratch/breakwater.yaml" 2>"$scratch/notes"
check 'move-from-fastnetmon: what has no counterpart is told with its line' 'fastnetmon.conf:3' "$(grep -o 'fastnetmon.conf:3' "$scratch/notes")"
check 'move-from-fastnetmon: the new file is good' yes "$("$program" check --config "$scratch/breakwater.yaml" | grep -q ': good: 1 service, 2 exporters' && echo yes || echo no)"
sed -i "s#scripts: \[#scripts: [$scratch/hang.sh, #" "$scratch/breakwater.yaml"
export BREAKWATER__listen__api=127.0.0.1:$api BREAKWATER__storage__folder=$scratch/data BREAKWATER__detection__quiet=10s BREAKWATER__notify__timeLimit=3s
"$program" serve --config "$scratch/breakwater.yaml" >"$scratch/serve" 2>&1 </dev/null &
running=$!
until_true 30 "$program" services --config "$scratch/breakwater.yaml" >/dev/null 2>&1 || true

"$bench" attacks sflow "$telemetry" 1 >"$scratch/sent"
told() { [ "$(wc -l <"$scratch/told")" -ge "$1" ]; }
until_true 10 told 1 || true
check 'move-from-fastnetmon: the script is told of the attack' "$(cut -d' ' -f2 "$scratch/sent") incoming ban" "$(head -n 1 "$scratch/told")"
check 'move-from-fastnetmon: and why' yes "$(grep -q 'dns-amplification' "$scratch/details" && echo yes || echo no)"
# Silence ends nothing: both routers go on to tell of other traffic.
"$bench" send sflow "$telemetry" 20 800 2 >/dev/null &
quiet=$!
until_true 60 told 2 || true
check 'move-from-fastnetmon: and of its end, and of nothing else' "$(cut -d' ' -f2 "$scratch/sent") incoming unban" "$(tail -n +2 "$scratch/told")"
scripts() { "$program" exporters --config "$scratch/breakwater.yaml" --format json >"$scratch/health" && [ "$(grep -c '"fault": "ran longer than 3 s and was ended"' "$scratch/health")" -eq 1 ] && grep -q '"calls": 2' "$scratch/health"; }
until_true 10 scripts || true
check 'move-from-fastnetmon: the one that hangs is ended, and the health says so' yes "$(scripts && echo yes || echo no)"
check 'move-from-fastnetmon: the other one has no fault' 1 "$(grep -A4 "notify.sh" "$scratch/health" | grep -c '"fault": null')"
stop "$quiet"
kill -TERM "$running"
code=0
wait "$running" || code=$?
running=
check 'move-from-fastnetmon: SIGTERM ends serve' 0 "$code"
exit "$bad"
