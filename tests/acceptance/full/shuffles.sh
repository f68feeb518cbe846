#!/usr/bin/env bash
# A thousand shuffles within ticks: the same verdict hash.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit shuffles VerdictHashTests
