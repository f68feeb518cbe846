#!/usr/bin/env bash
# Every vector as packets, sFlow and IPFIX, 1:1 to 1:1000: the same vector or insufficient evidence, never a wrong one.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit formats FormatsTests
