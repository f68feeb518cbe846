#!/usr/bin/env bash
# The systemd unit: systemd finds nothing to blame, and nothing that the service could do and need not.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
if ! command -v systemd-analyze >/dev/null 2>&1; then echo 'skip deploy: systemd-analyze absent'; exit 0; fi
unit=$root/deploy/breakwater.service
mkdir "$scratch/good" "$scratch/bad" "$scratch/weak"

# As it is, but with a program that is there.
sed 's#=/opt/breakwater/breakwater#=/bin/true#' "$unit" >"$scratch/good/breakwater.service"
blame() { systemd-analyze verify "$1/breakwater.service" 2>&1 | grep breakwater || true; }
check 'deploy: systemd-analyze verify is clean' '' "$(blame "$scratch/good")"
sed 's/^Restart=always/Restart=sometimes/' "$scratch/good/breakwater.service" >"$scratch/bad/breakwater.service"
check 'deploy: and blames a spoiled unit' yes "$(blame "$scratch/bad" | grep -qi 'restart specifier' && echo yes || echo no)"

# Exposure as systemd rates it, 0.0 to 10.0, times ten; a plain unit has 9.6.
exposed() { if systemd-analyze security --offline=true --threshold=20 "$1" >"$scratch/exposure" 2>&1; then echo no; else echo yes; fi; }
check 'deploy: exposure of the service is at most 2.0' no "$(exposed "$unit")"
tail -n 1 "$scratch/exposure"
grep -v '^Protect' "$unit" >"$scratch/weak/breakwater.service"
check 'deploy: and without protection is more' yes "$(exposed "$scratch/weak/breakwater.service")"

# The agent's unit: the same questions.
agent=$root/deploy/breakwater-agent.service
mkdir "$scratch/agent"
sed 's#=/opt/breakwater/breakwater#=/bin/true#' "$agent" >"$scratch/agent/breakwater.service"
check 'deploy: systemd-analyze verify of the agent is clean' '' "$(blame "$scratch/agent")"
check 'deploy: exposure of the agent is at most 2.0' no "$(exposed "$agent")"
check 'deploy: the agent has one capability' 'CapabilityBoundingSet=CAP_NET_ADMIN' "$(grep '^CapabilityBoundingSet' "$agent")"
exit "$bad"
