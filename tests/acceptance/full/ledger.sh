#!/usr/bin/env bash
# A hundred thousand histories of the mitigations' ledger, with crashes before and after every write and act: no orphan, no loss, no double.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
. "$root/tests/acceptance/explicit-tests.sh.inc"
run_explicit ledger Response.LedgerTests
