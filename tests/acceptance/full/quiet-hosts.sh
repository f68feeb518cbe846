#!/usr/bin/env bash
# A simulated day: 1,000 hosts at 0.7 and 0.95 of their floors, sampled 1:1000, make at most one false incident; at 1.3 each alarms.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit quiet-hosts QuietHostsTests
