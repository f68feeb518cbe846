#!/usr/bin/env bash
# A hundred kills at random times of a process that writes the journal: no published entry missing or doubled.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
cd "$root"
dotnet build tests/Breakwater.Tests -c Release -v quiet -nologo
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
code=0
BREAKWATER_CRASHES=100 artifacts/bin/Breakwater.Tests/release/Breakwater.Tests -noLogo -noColor -showLiveOutput \
  -method Breakwater.Tests.Incidents.JournalCrashTests.Kill_AtRandomTimes_LosesAndDoublesNothing >"$log" 2>&1 || code=$?
grep -E '^ *100 kills|FAIL' "$log" || true
if [ "$code" -eq 0 ]; then echo 'ok journal-crashes: 100 kills'; else tail -n 20 "$log"; echo 'FAIL journal-crashes: 100 kills'; fi
exit "$code"
