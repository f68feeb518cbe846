#!/usr/bin/env bash
# Attack to event: seconds from the first datagram that tells of an attack to the event on /api/v1/events, beside FastNetMon (Community Edition) and the call of its
# notify script. Both get the same datagrams, at the same time, one attack after the other: 100,000 packets/s against one host, threshold and floors 20,000
# packets/s, as sFlow 1:1000 with random skips and as NetFlow v9. Loopback only, bounded in number and time.
# usage: [FLOORS=20kpps|own] attack-to-event.sh [COUNT=20, at most 50]     own: Breakwater's own floors in the place of FastNetMon's threshold
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
count=${1:-20} floors=${FLOORS:-20kpps}
work=$(mktemp -d)
processes=()
cleanup() {
  for process in "${processes[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  for _ in $(seq 50); do
    local left=0
    for process in "${processes[@]}"; do if kill -0 "$process" 2>/dev/null; then left=1; fi; done
    [ "$left" -eq 1 ] || break
    sleep 0.1
  done
  for process in "${processes[@]}"; do { kill -KILL "$process" && wait "$process"; } 2>/dev/null || true; done
  rm -rf -- "$work"
}
trap cleanup EXIT
me=attack-to-event
. "$root/.ci/dotnet.sh"
for tool in node curl; do command -v "$tool" >/dev/null 2>&1 || die "needs $tool"; done
need_sdk
"$root/breakwater" --version >/dev/null # builds when sources changed
program=$artifacts/app/breakwater
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
# shellcheck disable=SC2086 # build_inputs is a list of plain names
build "$artifacts/bench.stamp" bench/Breakwater.Bench/Breakwater.Bench.csproj bench src $build_inputs
chmod 755 "$work"

# A hundred networks apart from each other: hosts of one /16 that are attacked within a minute are one carpet, which is one event.
networks=$(seq 10 109)

# Where each listens: ours first, theirs second.
ours=22355 api=22386
declare -A theirs=([sflow]=26343 [netflow9]=22055)

start_ours() {
  {
    printf 'version: 1\nlisten: {telemetry: ["127.0.0.1:%s"], api: "127.0.0.1:%s"}\nstorage: {folder: %s/data}\n' "$ours" "$api" "$work"
    printf 'exporters:\n  - {name: edge, address: 127.0.0.1, sampling: 1}\n  - {name: quiet, address: 127.0.0.2, sampling: 1}\n'
    printf 'services:\n'
    for network in $networks; do printf '  - {name: net-%s, addresses: [10.%s.100.0/24]}\n' "$network" "$network"; done
    if [ "$floors" != own ]; then
      printf 'detection:\n  floors:\n'
      for floor in amplification syn synAck segments udp icmp fragments protocols queries; do printf '    %s: %s\n' "$floor" "$floors"; done
    fi
  } >"$work/breakwater.yaml"
  "$program" serve --config "$work/breakwater.yaml" >"$work/serve.log" 2>&1 </dev/null &
  processes+=("$!")
  for _ in $(seq 100); do
    if "$program" services --config "$work/breakwater.yaml" >/dev/null 2>&1; then break; fi
    kill -0 "${processes[-1]}" 2>/dev/null || die "serve does not start: $(tail -n 1 "$work/serve.log")"
    sleep 0.2
  done
  "$program" token create --config "$work/breakwater.yaml" --name bench >"$work/token"
  cat >"$work/listen.mjs" <<'JS'
import { get } from "node:http";
const [port, token] = process.argv.slice(2);
get({ host: "127.0.0.1", port, path: "/api/v1/events", headers: { Authorization: `Bearer ${token}` } }, answer => {
  let rest = "";
  answer.setEncoding("utf8");
  answer.on("data", text => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop();
    for (const line of blocks.flatMap(block => block.split("\n")).filter(line => line.startsWith("data: "))) {
      const event = JSON.parse(line.slice(6));
      if (event.data?.target) console.log(`${now.toFixed(6)} ${event.data.target.value} ${event.data.verdict} ${event.kind}`);
    }
  });
});
JS
  node "$work/listen.mjs" "$api" "$(cat "$work/token")" >"$work/ours" &
  processes+=("$!")
}

# FastNetMon's own example, with what the scenario asks for.
start_theirs() {
  local settings
  for network in $networks; do printf '10.%s.100.0/24\n' "$network"; done >"$work/networks"
  : >"$work/white"
  printf '#!/bin/sh\necho "$(date +%%s.%%N) $1 $4" >>%s/theirs\ncat >/dev/null\n' "$work" >"$work/notify.sh"
  chmod 755 "$work/notify.sh"
  : >"$work/theirs"
  settings="disable_usage_report=on ban_time=5 unban_only_if_attack_finished=off networks_list_path=$work/networks white_list_path=$work/white
    enable_connection_tracking=off threshold_pps=20000 threshold_mbps=1000 netflow=on sflow=on average_calculation_time=1 speed_calculation_delay=1
    netflow_port=${theirs[netflow9]} netflow_host=127.0.0.1 sflow_port=${theirs[sflow]} sflow_host=127.0.0.1 notify_script_path=$work/notify.sh
    monitor_local_ip_addresses=off enable_api=off prometheus=off pid_path=$work/pid cli_stats_file_path=$work/stats cli_stats_ipv6_file_path=$work/stats6"
  cp /etc/fastnetmon.conf "$work/fastnetmon.conf"
  for setting in $settings; do sed -i "s#^${setting%%=*} *=.*#${setting%%=*} = ${setting#*=}#" "$work/fastnetmon.conf"; done
  fastnetmon --configuration_file="$work/fastnetmon.conf" --log_to_console --disable_pid_logic >"$work/fastnetmon.log" 2>&1 </dev/null &
  processes+=("$!")
  sleep 5
}

has_theirs=no
if command -v fastnetmon >/dev/null 2>&1 && [ -f /etc/fastnetmon.conf ]; then has_theirs=yes; start_theirs; else note 'fastnetmon is not installed: ours alone'; fi
start_ours
for format in sflow netflow9; do
  "$bench" attacks "$format" "$ours,${theirs[$format]}" "$count" >"$work/$format.sent" &
  processes+=("$!") # ended with the script, however that ends
  wait "$!"
  unset 'processes[-1]'
done

cat >"$work/table.mjs" <<'JS'
import { readFileSync } from "node:fs";
const [folder, hasTheirs] = process.argv.slice(2);
const rows = name => readFileSync(`${folder}/${name}`, "utf8").split("\n").filter(line => line).map(line => line.split(" "));
const [ours, theirs] = [rows("ours"), hasTheirs === "yes" ? rows("theirs") : []];
const first = (list, target, isRight) => { const row = list.find(row => row[1] === target && isRight(row)); return row ? Number(row[0]) : NaN; };
const at = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
const show = list => {
  const seen = list.filter(Number.isFinite).sort((a, b) => a - b);
  return { seen, text: seen.length === 0 ? `none of ${list.length} | — | — | —` : `${seen.length} of ${list.length} | ${at(seen, 0.5).toFixed(3)} | ${at(seen, 0.95).toFixed(3)} | ${seen[0].toFixed(3)}-${seen.at(-1).toFixed(3)}` };
};
console.log("| Telemetry | Tool | Attacks seen | Median, s | 95th percentile, s | Range, s | Median, times Breakwater's |\n|---|---|---|---|---|---|---|");
for (const format of ["sflow", "netflow9"]) {
  const sent = rows(`${format}.sent`).map(([time, target]) => [Number(time), target]);
  const mine = show(sent.map(([time, target]) => first(ours, target, row => row[2] === "attack") - time));
  console.log(`| ${format} | Breakwater, event on the API | ${mine.text} | 1.0 |`);
  if (hasTheirs !== "yes") continue;
  const other = show(sent.map(([time, target]) => first(theirs, target, row => row[2] === "ban") - time));
  console.log(`| ${format} | FastNetMon, notify script | ${other.text} | ${(at(other.seen, 0.5) / at(mine.seen, 0.5)).toFixed(1)} |`);
}
JS
node "$work/table.mjs" "$work" "$has_theirs"
mkdir -p "$artifacts/bench"
cp "$work/serve.log" "$work/ours" "$work"/*.sent "$artifacts/bench/"
