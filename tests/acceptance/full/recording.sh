#!/usr/bin/env bash
# The recording of ten minutes: tests/acceptance/recording.sh with two runs of five.
set -euo pipefail
RECORD_SECONDS=300 exec bash "$(dirname -- "${BASH_SOURCE[0]}")/../recording.sh"
