#!/usr/bin/env bash
# A fresh clone, as a stranger meets it: the README's own commands work, within two minutes from nothing, build included.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
# As seen by the stranger: no settings of the caller.
unset CI BREAKWATER_STRICT
if ! git -C "$root" rev-parse HEAD >/dev/null 2>&1; then echo 'skip first-run: not a git checkout'; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
bad=0
ok() { printf 'ok first-run: %s\n' "$1"; }
fail() { printf 'FAIL first-run: %s: %s\n' "$1" "$2"; bad=1; }
milliseconds() { local now=${EPOCHREALTIME/[.,]/}; printf '%s' $((now / 1000)); }

git clone --quiet --no-hardlinks "$root" "$work/breakwater"
cd "$work/breakwater"

# The commands that the README shows with their output, in its order.
mapfile -t commands < <(awk '/^```/ { block = ($0 == "```console") } block && /^\$ \.\/breakwater / { print substr($0, 3) }' README.md)
if [ "${#commands[@]}" -lt 2 ]; then fail 'the README shows its commands' "found ${#commands[@]}"; fi

begin=$(milliseconds)
for command in "${commands[@]}"; do
  wanted=0
  case $command in *'# exit '[0-9]*) wanted=${command##*'# exit '} ;; esac
  code=0
  bash -c "$command" >"$work/out" 2>"$work/err" </dev/null || code=$?
  if [ "$code" -ne "$wanted" ]; then
    fail "$command" "exit code $code, not $wanted: $(tail -n 3 "$work/err")"
  elif [ ! -s "$work/out" ] && [ "$wanted" -eq 0 ]; then
    fail "$command" 'printed nothing'
  else
    ok "$command"
  fi
done
elapsed=$(($(milliseconds) - begin))
if [ "$elapsed" -lt 120000 ]; then ok "first output and all README commands in $elapsed ms, build included (limit 120000)"
else fail 'README commands within two minutes' "$elapsed ms"; fi

# Built already: the launcher adds next to nothing. The best of five, as a busy machine is not what is measured.
best=999999
for _ in 1 2 3 4 5; do
  begin=$(milliseconds)
  ./breakwater --version >/dev/null 2>&1
  elapsed=$(($(milliseconds) - begin))
  [ "$elapsed" -ge "$best" ] || best=$elapsed
done
if [ "$best" -lt 300 ]; then ok "starts in $best ms when built (limit 300)"; else fail 'starts in 0.3 s when built' "$best ms"; fi

# A changed source is built again, by two runs at once, and standard output belongs to the command alone.
reference=$(./breakwater --version)
sleep 1
touch src/Breakwater/Program.cs
./breakwater --version >"$work/first" 2>/dev/null &
one=$!
./breakwater --version >"$work/second" 2>/dev/null &
two=$!
code=0
wait "$one" || code=$?
wait "$two" || code=$?
if [ "$code" -eq 0 ] && [ "$(cat "$work/first")" = "$reference" ] && [ "$(cat "$work/second")" = "$reference" ] &&
  [ artifacts/breakwater.stamp -nt src/Breakwater/Program.cs ]; then ok 'two runs after a change build once and agree'
else fail 'two runs after a change build once and agree' "code $code: $(cat "$work/first" "$work/second")"; fi

# The twin: a source that does not compile stops the launcher, with the compiler's message on standard error only.
printf 'this does not compile\n' >>src/Breakwater/Program.cs
code=0
./breakwater --version >"$work/out" 2>"$work/err" || code=$?
if [ "$code" -eq 2 ] && [ ! -s "$work/out" ] && grep -q 'error CS' "$work/err"; then ok 'a build that fails is told on standard error, with code 2'
else fail 'a build that fails is told on standard error, with code 2' "code $code: $(head -c 300 "$work/out" "$work/err")"; fi
git checkout --quiet src/Breakwater/Program.cs

# Without an SDK the message says what to install.
mkdir "$work/empty"
for tool in bash find head dirname readlink mkdir rm cat; do ln -s "$(command -v "$tool")" "$work/empty/$tool"; done
code=0
rm -rf artifacts
sed -i "s|^sdk_folders=.*|sdk_folders=|" .ci/dotnet.sh
PATH=$work/empty HOME=$work/empty DOTNET_ROOT='' ./breakwater --version >"$work/out" 2>"$work/err" || code=$?
if [ "$code" -eq 2 ] && grep -q '.NET 10 SDK' "$work/err"; then ok 'a missing SDK is named'
else fail 'a missing SDK is named' "code $code: $(head -c 300 "$work/err")"; fi

usage=$(./test --help)
case $usage in *--quick*--full*) ok './test --help names its tiers' ;; *) fail './test --help names its tiers' "$usage" ;; esac
exit "$bad"
