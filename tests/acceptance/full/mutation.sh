#!/usr/bin/env bash
# Changes src/Breakwater.Wire at random places, one at a time, and sees whether the tests notice (about a minute each; goes on where it
# was stopped). Survivors are explained in docs/reference/mutation.md.
# usage: mutation.sh [COUNT=30] [SEED=1]
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
count=${1:-30} seed=${2:-1}
commit=$(git -C "$root" rev-parse --short HEAD)
scratch=$root/artifacts/mutants/$commit-$seed
mkdir -p "$scratch"
if [ ! -e "$scratch/tree/.complete" ]; then
  rm -rf "$scratch/tree"
  git clone -q --no-hardlinks "$root" "$scratch/tree"
  : >"$scratch/tree/.complete"
fi
git -C "$scratch/tree" checkout -q -- .
dotnet build "$root/tests/Breakwater.Mutants" -c Release -v quiet -nologo
"$root/artifacts/bin/Breakwater.Mutants/release/Breakwater.Mutants" "$scratch/tree" "$scratch/results.jsonl" "$seed" "$count"
survived=$(grep -c '"Fate":"Survived"' "$scratch/results.jsonl" || true)
noticed=$(grep -cE '"Fate":"(Killed|TimedOut)"' "$scratch/results.jsonl" || true)
printf 'ok mutants of the decoders: %s noticed, %s survived\n' "$noticed" "$survived"
