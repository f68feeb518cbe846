#!/usr/bin/env bash
# `analyze` of access logs, whole process, start-up included, beside other tools on the same lines in one run: lines per CPU-second.
# One log has ten paths and five agents of 50,000 clients, the same mix for 1,000 seconds; the other is a flood with 100,000 URLs and agents from 200,000 clients;
# two million lines each. GoAccess gets the first 200,000 lines (all with --whole: minutes a run), CrowdSec the first 50,000, once; the rate of `analyze` on so few
# lines is given too, and that of the engine alone: the same lines in memory, read, and read and judged, without start-up.
# Prints a Markdown table; tools that are not installed are left out and named. BREAKWATER_CROWDSEC_ROOT: where Debian's package was unpacked, if not in /.
# usage: web-side-by-side.sh [--history] [--whole]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/bench/history.sh.inc"
me=web-side-by-side.sh
keeps=0 whole=0 bad=0
for word in "$@"; do
  case $word in
    --history) keeps=1 ;;
    --whole) whole=1 ;;
    *) echo "usage: $me [--history] [--whole]" >&2; exit 2 ;;
  esac
done
. "$root/.ci/dotnet.sh"
bench=$artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
# shellcheck disable=SC2086 # build_inputs is a list of plain names
build "$artifacts/bench.stamp" bench/Breakwater.Bench/Breakwater.Bench.csproj bench src $build_inputs || exit 2
"$root/breakwater" --version >/dev/null
work=$(mktemp -d -p "$artifacts")
trap 'rm -rf -- "$work"' EXIT
crowdsec_root=${BREAKWATER_CROWDSEC_ROOT:-}

# cpu_of COMMAND…: seconds of processor time (user and system) of one run; what it prints lies in $work/out.
cpu_of() { { TIMEFORMAT='%U %S'; time "$@" >"$work/out" 2>"$work/err" </dev/null || : >"$work/failed"; } 2>&1 | tail -n 1 | awk '{ printf "%.3f\n", $1 + $2 }'; }

# row LOG LINES TOOL CHECK COMMAND…: one line of the table, of $runs runs; CHECK looks at what each of them gave. Ratios are to Breakwater's row on the same
# lines, which comes first: ours is 0 before it.
runs=3
row() {
  local what=$1 lines=$2 tool=$3 check=$4 cpu=() run rates
  shift 4
  for ((run = 0; run < runs; run++)); do
    cpu+=("$(cpu_of "$@")")
    { [ ! -e "$work/failed" ] && "$check"; } || { rm -f "$work/failed"; printf '%s on %s: not what was to come of it: %s\n' "$tool" "$what" "$(tail -n 1 "$work/err")" >&2; bad=1; return 0; }
  done
  read -ra rates <<<"$(printf '%s\n' "${cpu[@]}" | sort -rn | awk -v lines="$lines" '{ printf "%d ", lines / ($1 > 0.001 ? $1 : 0.001) }')"
  local slowest=${rates[0]} middle=${rates[runs / 2]} fastest=${rates[runs - 1]}
  if [ "$ours" = 0 ]; then ours=$middle; fi
  awk -v what="$what" -v lines="$lines" -v tool="$tool" -v slow="$slowest" -v rate="$middle" -v fast="$fastest" -v ours="$ours" \
    'BEGIN { printf "| %s | %d | %s | %.3f (%.3f-%.3f) | %.4f | %.1f |\n", what, lines, tool, rate / 1e6, slow / 1e6, fast / 1e6, rate / ours, ours / rate }'
  if [ "$keeps" = 1 ]; then history "web-side-by-side $what $lines $tool" "$middle" "$slowest" "$fastest"; fi
}

absent() { printf '| %s | — | %s | not installed | | |\n' "$1" "$2"; }

says() { head -n 1 "$work/out" | grep -qF -- "$1"; }
is_judged() { says "$verdict"; }
is_anything() { [ -s "$work/out" ]; }
is_all_read() { grep -Eq "\"valid_requests\": *$read_lines," "$work/goaccess.json"; }
is_parsed() { ! grep -q 'level=fatal' "$work/err" "$work/out" && grep -q 'Acquisition is finished' "$work/err" "$work/out"; }

# Debian's package in a folder of its own: nothing outside of it is written, and nothing leaves this machine.
crowdsec_setup() {
  local cs=$work/cs from=$crowdsec_root/usr/share/crowdsec/hub path
  mkdir -p "$cs/conf/parsers" "$cs/conf/scenarios" "$cs/conf/postoverflows" "$cs/data" "$cs/log"
  cp -r "$crowdsec_root/etc/crowdsec/patterns" "$crowdsec_root/etc/crowdsec/profiles.yaml" "$crowdsec_root/etc/crowdsec/simulation.yaml" "$cs/conf/"
  for path in parsers/s00-raw/crowdsecurity/syslog-logs parsers/s01-parse/crowdsecurity/nginx-logs parsers/s02-enrich/crowdsecurity/dateparse-enrich \
    parsers/s02-enrich/crowdsecurity/http-logs scenarios/crowdsecurity/http-probing scenarios/crowdsecurity/http-crawl-non_statics scenarios/crowdsecurity/http-generic-bf; do
    mkdir -p "$cs/conf/${path%/crowdsecurity/*}"
    cp "$from/$path.yaml" "$cs/conf/${path%/crowdsecurity/*}/"
  done
  cat >"$cs/config.yaml" <<CONFIG
common: { daemonize: false, log_media: stdout, log_level: info, log_dir: $cs/log, working_dir: . }
config_paths: { config_dir: $cs/conf/, data_dir: $cs/data/, simulation_path: $cs/conf/simulation.yaml, hub_dir: $from/, index_path: $from/.index.json }
crowdsec_service: { parser_routines: 1 }
db_config: { log_level: info, type: sqlite, db_path: $cs/data/crowdsec.db }
api:
  client: { credentials_path: $cs/lapi.yaml }
  server: { log_level: info, listen_uri: 127.0.0.1:18080, profiles_path: $cs/conf/profiles.yaml, trusted_ips: [127.0.0.1] }
prometheus: { enabled: false }
CONFIG
  printf 'url: http://127.0.0.1:18080\n' >"$cs/lapi.yaml"
  "$cscli" -c "$cs/config.yaml" machines add bench -p benchbench -f "$cs/lapi.yaml" >"$work/made" 2>&1
}

# engine LOG LINES WORKLOAD VERDICT: the rows of the engine alone, and what it said of the same run.
engine() {
  local what=$1 lines=$2 workload=$3 said=$4 step slowest middle fastest
  [ "$ours" != 0 ] || return 0
  "$bench" detect "$workload" >"$work/engine" || { echo "the engine on $what failed" >&2; bad=1; return 0; }
  if ! grep -qF -- "verdict: $said" "$work/engine"; then echo "the engine on $what: not '$said': $(tail -n 1 "$work/engine")" >&2; bad=1; fi
  for step in read read+detect; do
    read -r slowest middle fastest <<<"$(awk -v step="$step" '$1 == step { print $2, $3, $4 }' "$work/engine")"
    awk -v what="$what" -v lines="$lines" -v step="$step" -v slow="$slowest" -v rate="$middle" -v fast="$fastest" -v ours="$ours" \
      'BEGIN { printf "| %s | %d | engine alone, %s | %.3f (%.3f-%.3f of 5) | %.4f | %.1f |\n", what, lines, step, rate, slow, fast, rate * 1e6 / ours, ours / rate / 1e6 }'
  done
}

# measure LOG VERDICT WORKLOAD ENGINE-VERDICT: what `analyze` and the engine are to say of it.
measure() {
  local what=$1 file=$work/$1.log cut=$work/cut.log cutting
  verdict=$2 ours=0 runs=3
  "$bench" write-log "$what" "$file"
  local lines
  lines=$(wc -l <"$file")
  row "$what" "$lines" 'breakwater analyze' is_judged "$root/breakwater" analyze "$file"
  # The twin: the check can fail.
  verdict='no verdict is called so'
  if is_judged; then echo "FAIL web-side-by-side $what: any verdict is taken for the right one" >&2; bad=1; fi
  verdict=$2
  engine "$what" "$lines" "$3" "$4"
  cutting=200000
  if [ "$whole" = 1 ]; then cutting=$lines; fi
  head -n "$cutting" "$file" >"$cut"
  if [ "$whole" = 0 ]; then ours=0; row "$what" "$cutting" 'breakwater analyze, cut' is_anything "$root/breakwater" analyze "$cut"; fi
  read_lines=$cutting
  if command -v goaccess >/dev/null 2>&1; then
    row "$what" "$cutting" goaccess is_all_read goaccess "$cut" --log-format=COMBINED --no-progress -o "$work/goaccess.json"
  else absent "$what" goaccess; fi
  if [ -n "$crowdsec" ]; then
    head -n 50000 "$file" >"$cut"
    ours=0
    row "$what" 50000 'breakwater analyze, cut' is_anything "$root/breakwater" analyze "$cut"
    runs=1
    row "$what" 50000 'crowdsec, one run' is_parsed timeout 1200 "$crowdsec" -c "$work/cs/config.yaml" -dsn "file://$cut" -type nginx
  else absent "$what" crowdsec; fi
  rm -f "$file" "$cut"
}

crowdsec=$(PATH=$crowdsec_root/usr/bin:$PATH command -v crowdsec || true)
cscli=$(PATH=$crowdsec_root/usr/bin:$PATH command -v cscli || true)
if [ -n "$crowdsec" ] && ! crowdsec_setup; then
  echo "crowdsec cannot be set up: $(tail -n 1 "$work/made")" >&2
  crowdsec=
fi
echo '| Log | Lines | Command | M lines per CPU-second (slowest-fastest of 3) | times analyze | analyze is so many times as fast |'
echo '|---|---|---|---|---|---|'
measure plain 'No attack found in 2,000,000 records' detect-log-plain 'no incident'
measure varied 'Attack on the web server: http-cache-busting' detect-log-varied 'Attack (http-cache-busting)'
exit "$bad"
