#!/usr/bin/env bash
# `analyze` of 1 GiB of small packets beside capinfos, tcpdump, nfpcapd and softflowd: packets per CPU-second, start-up included.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
exec bash "$root/bench/analyze-side-by-side.sh" --check "$@"
