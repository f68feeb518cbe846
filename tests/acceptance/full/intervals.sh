#!/usr/bin/env bash
# 2,000 sampled attacks of every kind through the whole detector: how often the 95 % intervals hold the true packets, bytes, sources and peak.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit intervals IntervalsTests
