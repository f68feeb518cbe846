#!/usr/bin/env bash
# Rounds of a filter under attack and one of six ends (kill -9, SIGSTOP, cut cable, router restarted, SIGTERM, upgrade by SIGUSR2), with and without graceful
# restart: the program as it is run, made telemetry, and BIRD, in namespaces of their own. What holds is read from BIRD. Needs root, iproute2 and bird2.
# Prints one line: orphans (a rule beyond what the page of worst cases promises), losses (not back, or absent in a graceful upgrade), doubles.
# Goes on where it was stopped; a part lasts at most MINUTES. usage: response-rounds.sh [ROUNDS=1000] [SPACES=3] [MINUTES=25]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
rounds=${1:-1000} spaces=${2:-3} minutes=${3:-25}
tests=$root/artifacts/bin/Breakwater.Tests/release/Breakwater.Tests
# A copy of the tests inside this checkout, so that the sources can be worked on meanwhile.
if [ -n "${BREAKWATER_ROUNDS_TESTS:-}" ]; then tests=$BREAKWATER_ROUNDS_TESTS; else dotnet build "$root/tests/Breakwater.Tests" -c Release -v quiet -nologo -clp:NoSummary; fi
# Rounds of another version of the program are no rounds.
results=$root/artifacts/response-rounds/$(git -C "$root" rev-parse --short=12 HEAD:src)
mkdir -p "$(dirname -- "$results")"
touch "$results"
log=$results.log
BREAKWATER_ROUNDS=$rounds BREAKWATER_ROUNDS_SPACES=$spaces BREAKWATER_ROUNDS_MINUTES=$minutes BREAKWATER_ROUNDS_RESULTS=$results \
  "$tests" -noLogo -noColor -explicit only -class Breakwater.Tests.Response.ResponseRounds -showLiveOutput >"$log" 2>&1 || { cat "$log"; exit 1; }
count() { awk -v n="$rounds" -v what="$1" '$1 < n && $3 ~ "^" what { found++ } END { print found + 0 }' "$results"; }
done=$(count .)
bad=$((done - $(count ok)))
[ "$bad" -eq 0 ] || awk -v n="$rounds" '$1 < n && $3 != "ok"' "$results"
printf '%s of %s rounds: %s orphans, %s losses, %s doubles, %s broken; longest gone: %s\n' \
  "$done" "$rounds" "$(count orphan:)" "$(count loss:)" "$(count double:)" "$(grep -c 'broken: round' "$log" || true)" \
  "$(awk -v n="$rounds" '$1 < n && $3 == "ok" { k = $2 " " $4; if ($6 > most[k]) most[k] = $6 } END { for (k in most) printf "%s %s s, ", k, most[k] }' "$results")"
[ "$done" -ge "$rounds" ] && [ "$bad" -eq 0 ]
