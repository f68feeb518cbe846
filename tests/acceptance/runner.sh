#!/usr/bin/env bash
# The runner's own counting: what passes, fails and is skipped in planted reports must come out so.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# expect NAME WANTED STRICT COMMAND…: the closing line after one counted step.
expect() {
  local name=$1 wanted=$2 strict=$3 got
  shift 3
  got=$(
    me=runner logs=$work BREAKWATER_STRICT=$strict
    . "$root/.ci/tally.sh"
    tally_start "$work/allowed"
    "$@" >/dev/null
    tally_finish || true
  )
  got=${got##*$'\n'}
  if [ "$got" = "$wanted" ]; then printf 'ok runner: %s\n' "$name"; else printf 'FAIL runner: %s: got %s, not %s\n' "$name" "$got" "$wanted"; bad=1; fi
}

cat >"$work/allowed" <<'LIST'
# comment
environment | Area.* | data absent: * | not part of the repository
always | Other.Odd | only on Windows | no Windows here
LIST
cat >"$work/report.xml" <<'XML'
<?xml version="1.0"?><assemblies><assembly name="a" errors="0" failed="0" passed="3" skipped="2"><collection name="c">
<test id="1" name="Area.One(text: &quot;a &gt; b&quot;)" result="Skip" type="Area"><traits><trait name="Tier" value="daemon" /></traits><reason><![CDATA[data absent: x]]></reason></test><test id="2" name="Other.Odd" result="Skip"><reason>only on Windows</reason></test><test id="3" name="Area.Two" result="Pass" />
</collection></assembly></assemblies>
XML
sed 's/failed="0"/failed="2"/' "$work/report.xml" >"$work/failing.xml"
sed 's/passed="3"/passed="0"/' "$work/report.xml" >"$work/empty.xml"
: >"$work/log"
bad=0

expect 'skips on the list are counted as skips' '3 passed, 0 failed, 2 skipped' 0 tally_xunit t "$work/report.xml" "$work/log" 0
expect 'strict makes an absent data set a failure' '3 passed, 1 failed, 1 skipped' 1 tally_xunit t "$work/report.xml" "$work/log" 0
expect 'failures of a report are counted' '3 passed, 2 failed, 2 skipped' 0 tally_xunit t "$work/failing.xml" "$work/log" 1
expect 'a report without a test that ran fails' '0 passed, 1 failed, 2 skipped' 0 tally_xunit t "$work/empty.xml" "$work/log" 0
expect 'a missing report fails' '0 passed, 1 failed, 0 skipped' 0 tally_xunit t "$work/none.xml" "$work/log" 134
expect 'a clean report with a bad exit code fails' '3 passed, 1 failed, 2 skipped' 0 tally_xunit t "$work/report.xml" "$work/log" 139
expect 'a skip that is not on the list fails' '0 passed, 1 failed, 0 skipped' 0 skipped Other.New 'no time'
expect 'lines of a script are counted' '2 passed, 1 failed, 1 skipped' 0 run_script s 9 \
  printf '%s\n' 'ok a' 'other text' 'FAIL b: why' 'skip Area.x: data absent: y' 'ok c'
expect 'a count is taken over' '21 passed, 0 failed, 0 skipped' 0 run_script s 9 echo '21 passed, 0 failed'
expect 'failures in a count are taken over' '5 passed, 3 failed, 0 skipped' 0 run_script s 9 sh -c 'echo 5 passed, 3 failed, 0 skipped; exit 1'
expect 'an empty count fails' '0 passed, 1 failed, 0 skipped' 0 run_script s 9 echo '0 passed, 0 failed'
expect 'a script that checks nothing fails' '0 passed, 1 failed, 0 skipped' 0 run_script s 9 true
expect 'a script that dies fails' '1 passed, 1 failed, 0 skipped' 0 run_script s 9 sh -c 'echo ok a; exit 3'
expect 'a script that hangs fails' '1 passed, 1 failed, 0 skipped' 0 run_script s 1 sh -c 'echo ok a; sleep 20'

# Parts in lanes: two that run beside each other and one that never got its turn, as its lane died.
in_lanes() {
  . "$root/.ci/lanes.sh"
  good() { run_part good 9 sh -c 'echo ok a; sleep 0.2; echo ok b'; }
  dying() { run_part before 9 echo 'ok c'; kill -KILL "$BASHPID"; }
  lanes_start
  lane good
  lane dying
  wait || true
  local name
  for name in good before after; do ended "$name"; judge_script "$name" 9 "$code"; done
}
expect 'lanes: what ran is counted, what did not fails' '3 passed, 1 failed, 0 skipped' 0 in_lanes

# A signal ends all parts with their children, at once; without one they go on.
cat >"$work/interrupted" <<'SH'
set -euo pipefail
. "$1/.ci/tally.sh"
. "$1/.ci/lanes.sh"
logs=$2
lanes_start
in_lane() { run_part beside 60 sh -c 'sleep 47 & echo $! >"$0"; wait' "$logs/beside.pid"; }
lane in_lane
run_part front 60 sh -c 'sleep 47 & echo $! >"$0"; wait' "$logs/front.pid"
SH
for signal in INT TERM; do
  rm -f "$work"/*.pid
  env --default-signal=INT bash "$work/interrupted" "$root" "$work" >/dev/null 2>&1 &
  runner=$!
  for _ in $(seq 100); do if [ -s "$work/beside.pid" ] && [ -s "$work/front.pid" ]; then break; fi; sleep 0.1; done
  alive() { local process count=0; for process in $(cat "$work/beside.pid" "$work/front.pid"); do if kill -0 "$process" 2>/dev/null; then count=$((count + 1)); fi; done; printf '%s' "$count"; }
  before=$(alive)
  kill -"$signal" "$runner"
  code=0
  wait "$runner" || code=$?
  for _ in $(seq 20); do if [ "$(alive)" = 0 ]; then break; fi; sleep 0.1; done
  if [ "$before $(alive)" = '2 0' ] && [ "$code" -gt 128 ]; then printf 'ok runner: %s ends all parts\n' "$signal"
  else printf 'FAIL runner: %s ends all parts: %s before, %s after, code %s\n' "$signal" "$before" "$(alive)" "$code"; bad=1; fi
done
exit "$bad"
