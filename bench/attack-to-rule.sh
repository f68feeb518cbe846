#!/usr/bin/env bash
# Time from the first datagram of an attack to its filter in BIRD, in automatic mode, n = 24: the program as it is shipped, a router that
# tells of made traffic, and BIRD, in network namespaces of their own. Needs root, iproute2 and bird2. Prints one line of figures.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
"$root/breakwater" check --help >/dev/null
dotnet build "$root/tests/Breakwater.Tests" -c Release -v quiet -nologo -clp:NoSummary
BREAKWATER_SERVED_PROGRAM=$root/artifacts/app/breakwater \
  "$root/artifacts/bin/Breakwater.Tests/release/Breakwater.Tests" -noLogo -noColor -explicit only \
  -method Breakwater.Tests.Response.AttackToRuleTests.Attack_ManyTimes_TimeToTheRule -showLiveOutput | grep -E 'median|FAIL|no rule' || exit 1
