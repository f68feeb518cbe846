#!/usr/bin/env bash
# Records per second of processor time on one core, from memory, beside the machine's floor; 0 bytes allocated per record. Appends
# bench/history.jsonl with --history.
# usage: bench.sh [--history]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
cd "$root"
dotnet build bench/Breakwater.Bench -c Release -v quiet -nologo
pin=
if command -v taskset >/dev/null 2>&1; then pin="taskset -c $(($(nproc) - 1))"; fi
bench=$root/artifacts/bin/Breakwater.Bench/release/Breakwater.Bench
code=0
# shellcheck disable=SC2086 # a command and its arguments
$pin "$bench" quick --check "$@" || code=1
# shellcheck disable=SC2086
$pin "$bench" detect --check "$@" || code=1
exit "$code"
