#!/usr/bin/env bash
# A million random questions to the planner of filters: no rule leaves its target, names an unproven source, touches the allow-list or matches everything.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit filters Response.Price.FilterPropertyTests
