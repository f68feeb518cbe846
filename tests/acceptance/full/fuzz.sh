#!/usr/bin/env bash
# Ten million mutated inputs for every fuzz target, after each has found its planted bug. Goes on where it was stopped; begins anew when
# src/Breakwater.Wire changed. What is found stands in artifacts/fuzz/*.finding, one `repro` line each.
# usage: fuzz.sh [MINUTES=26] [INPUTS=10000000]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
minutes=${1:-26} inputs=${2:-10000000}
cd "$root"
dotnet build tests/Breakwater.Fuzz -c Release -v quiet -nologo
dotnet build tests/Breakwater.Fuzz -c Release -v quiet -nologo -p:PlantedBugs=true
# Fewer collections: the slow readers make much garbage.
export DOTNET_GCgen0size=0x4000000
fuzz=$root/artifacts/bin/Breakwater.Fuzz/release/Breakwater.Fuzz
bad=0

planted=$("$root/artifacts/bin/Breakwater.Fuzz/release_planted/Breakwater.Fuzz" planted) || true
printf '%s\n' "$planted" | grep -E '^(found|MISSED)'
if printf '%s\n' "$planted" | tail -n 1 | grep -q ' 0 failed$'; then printf 'ok fuzz: planted bugs, %s\n' "$(printf '%s\n' "$planted" | tail -n 1)"
else printf 'FAIL fuzz: planted bugs: %s\n' "$(printf '%s\n' "$planted" | tail -n 1)"; bad=1; fi

# Figures of another version of the decoders are no figures.
version=$(git rev-parse --short=12 HEAD:src/Breakwater.Wire 2>/dev/null || echo unknown)
if [ "$(cat artifacts/fuzz/version 2>/dev/null || true)" != "$version" ]; then
  rm -rf artifacts/fuzz
  mkdir -p artifacts/fuzz
  printf '%s\n' "$version" >artifacts/fuzz/version
fi

ends=$((SECONDS + minutes * 60))
one() {
  local left=$((ends - SECONDS))
  if [ "$left" -lt 5 ]; then left=5; fi
  "$fuzz" run "$1" --inputs "$inputs" --seed 1 --minutes "$(awk "BEGIN { print $left / 60 }")" >"artifacts/fuzz/$1.log" 2>&1 || true
}
targets=$("$fuzz" list | awk '{ print $1 }')
running=0
for target in $targets; do
  one "$target" &
  running=$((running + 1))
  if [ "$running" -ge "$(nproc)" ]; then wait -n; running=$((running - 1)); fi
done
wait

for target in $targets; do
  line=$(tail -n 1 "artifacts/fuzz/$target.log")
  next=$(sed -n 's/^next=//p' "artifacts/fuzz/$target.state" 2>/dev/null || true)
  findings=$(sed -n 's/^findings=//p' "artifacts/fuzz/$target.state" 2>/dev/null || true)
  if [ "${findings:-1}" != 0 ]; then printf 'FAIL fuzz: %s: %s\n' "$target" "$line"; bad=1
  elif [ "${next:-0}" -lt "$inputs" ]; then printf 'FAIL fuzz: %s: %s of %s inputs so far; run again to go on\n' "$target" "${next:-0}" "$inputs"; bad=1
  else printf 'ok fuzz: %s\n' "$line"; fi
done
exit "$bad"
