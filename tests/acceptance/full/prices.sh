#!/usr/bin/env bash
# Prices of filters against the truth: every family of docs/reference/accuracy-filters.md four times, a line for each goal. About ten minutes of one core; it begins
# anew when it was stopped.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
me=prices
. "$root/.ci/dotnet.sh"
need_sdk
dotnet build "$root/tests/Breakwater.Scenarios" -c Release -v quiet -nologo -clp:NoSummary >&2
exec "$root/artifacts/bin/Breakwater.Scenarios/release/Breakwater.Scenarios" prices --check "$@"
