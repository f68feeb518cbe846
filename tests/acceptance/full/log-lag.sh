#!/usr/bin/env bash
# log-lag.sh at 100,000 lines a second for a minute.
set -euo pipefail
LAG_RATE=100000 LAG_SECONDS=60 exec bash "$(dirname -- "${BASH_SOURCE[0]}")/../log-lag.sh"
