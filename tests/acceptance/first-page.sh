#!/usr/bin/env bash
# The demo as a stranger meets it: a link, a page that shows the first attack within a second, Ctrl-C. Pictures of the page are left in
# artifacts/acceptance/first-page for eyes.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
for tool in chromium node; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip first-page: $tool absent"; exit 0; fi
done
"$breakwater" --version >/dev/null
program=$root/artifacts/app/breakwater

# What is read below is there before the shell that is to write it has got round to it.
: >"$scratch/out"
# A background process of a script ignores Ctrl-C unless told otherwise.
env --default-signal=INT "$program" demo >"$scratch/out" 2>"$scratch/err" </dev/null &
demo=$!
trap 'kill -KILL "$demo" 2>/dev/null || true; rm -rf "$scratch"' EXIT
link=
for _ in $(seq 150); do
  link=$(sed -n 's/.*Open this link once:  *//p' "$scratch/out")
  [ -z "$link" ] || break
  kill -0 "$demo" 2>/dev/null || break
  sleep 0.2
done
if [ -z "$link" ]; then printf 'FAIL first-page: the demo prints a link: %s\n' "$(tail -n 3 "$scratch/out" "$scratch/err")"; exit 1; fi

node --experimental-websocket "$root/tests/acceptance/browser.mjs" "$root/tests/acceptance/first-page.mjs" "$link" "$root/artifacts/acceptance/first-page" "$demo" || bad=1

folder=$(sed -n 's/.*--config \(.*\)\/breakwater.yaml.*/\1/p' "$scratch/out" | head -n 1)
check 'first-page: the client command lists the attack' yes "$("$program" incidents --config "$folder/breakwater.yaml" | grep -q 'ntp-amplification' && echo yes || echo no)"
kill -INT "$demo"
code=0
wait "$demo" || code=$?
check 'first-page: Ctrl-C ends the demo' 0 "$code"
check 'first-page: its folder is gone' no "$([ -e "$folder" ] && echo yes || echo no)"
check 'first-page: it complained about nothing' '' "$(cat "$scratch/err")"
exit "$bad"
