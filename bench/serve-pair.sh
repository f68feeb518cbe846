#!/usr/bin/env bash
# Two builds of serve at the same time, each with a stream of its own at the same rate: what one takes of the other's processor time. Neighbours of the machine slow both
# down alike, so that a change of a few percent shows, where turns of the same program differ by thirty. Loopback only; compiling at run time is left out.
# usage: [GENERATOR=PROGRAM] serve-pair.sh FOLDER FOLDER [FORMAT=netflow9] [ROUNDS=5] [RATE=20000] [COUNT=100000]; FOLDER: a published program (artifacts/app of a checkout)
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
me=serve-pair
if [ $# -lt 2 ] || [ ! -x "$1/breakwater" ] || [ ! -x "$2/breakwater" ]; then
  echo "usage: serve-pair.sh FOLDER FOLDER [FORMAT=netflow9] [ROUNDS=5] [RATE=20000] [COUNT=100000]; each FOLDER has a published 'breakwater'" >&2
  exit 2
fi
programs=("$1/breakwater" "$2/breakwater") format=${3:-netflow9} rounds=${4:-5} rate=${5:-20000} count=${6:-100000} exporters=1
work=$(mktemp -d)
running=()
cleanup() {
  for process in "${running[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  wait
  rm -rf -- "$work"
}
trap cleanup EXIT

. "$root/.ci/dotnet.sh"
need_sdk
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
if [ -z "${GENERATOR:-}" ] && stale "$bench" bench src; then dotnet build "$root/bench/Breakwater.Bench" -c Release -v quiet -nologo -nodeReuse:false >&2; fi
. "$root/bench/serve.sh.inc"

# start NUMBER: serve of that number, with ports and a folder of its own.
start() {
  mkdir -p "$work/$1"
  printf 'version: 1\nlisten: {telemetry: [127.0.0.1:%s], api: "127.0.0.1:%s"}\nstorage: {folder: "%s"}\nexporters:\n  - {name: e1, address: 127.0.0.1}\n' \
    $((22061 + $1)) $((22063 + $1)) "$work/$1" >"$work/$1.yaml"
  "${programs[$1]}" serve --config "$work/$1.yaml" >"$work/$1.log" 2>&1 &
  running[$1]=$!
}

# threads NUMBER: "tick", "receive" or "other" and nanoseconds of processor time so far, for each thread but the compiler's.
threads() {
  local task name ran rest
  for task in /proc/"${running[$1]}"/task/*; do
    { read -r name <"$task/comm" && read -r ran rest <"$task/schedstat"; } 2>/dev/null || continue
    case $name in
      '.NET Tiered'*) ;;
      tick | receive*) printf '%s %s\n' "${name%% *}" "$ran" ;;
      *) printf 'other %s\n' "$ran" ;;
    esac
  done
}

send_both() {
  local number senders=()
  for number in 0 1; do send_to $((22061 + number)) "$format" "$1" >/dev/null & senders+=($!); done
  wait "${senders[@]}"
}

for round in $(seq "$rounds"); do
  # Who begins gains nothing by it.
  start $((round % 2)); start $((1 - round % 2))
  sleep "${START_SECONDS:-4}"
  send_both $((count / 2))
  sleep 1
  for number in 0 1; do threads $number >"$work/$number.before"; done
  send_both "$count"
  sleep 1
  for number in 0 1; do threads $number >"$work/$number.after"; done
  for process in "${running[@]}"; do kill -TERM "$process"; done
  wait "${running[@]}" || true
  running=()
  awk 'FILENAME != last { file++; last = FILENAME }
    { sign = file % 2 ? -1 : 1; spent[file > 2, $1] += sign * $2; spent[file > 2, "all"] += sign * $2 }
    END { for (part = split("all tick receive", names, " "); part > 0; part--) printf "%s %.0f %.0f %.3f ", names[part], spent[0, names[part]] / 1e6, spent[1, names[part]] / 1e6, spent[1, names[part]] / spent[0, names[part]]; print "" }' \
    "$work/0.before" "$work/0.after" "$work/1.before" "$work/1.after" | tee -a "$work/rounds"
done
# Middle ratios: the fourth field of each part.
for field in 4 8 12; do cut -d ' ' -f $((field - 3)),"$field" "$work/rounds" | sort -k 2 -n | sed -n "$(((rounds + 1) / 2))p"; done | paste -s -d ' ' | sed 's/^/middle ratios: /'
