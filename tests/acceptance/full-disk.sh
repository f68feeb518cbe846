#!/usr/bin/env bash
# A disk that is full in the middle of an attack: detection, API and pages go on and say so; when there is room again, all that was told is kept.
# beside: it waits for the attack of the demo most of the time.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/demo.sh.inc"
if [ "$(id -u)" -ne 0 ] || ! mkdir -p "$scratch/disk" || ! mount -t tmpfs -o size=6m tmpfs "$scratch/disk" 2>/dev/null; then
  echo 'skip full-disk: no small disk: needs root'
  exit 0
fi
running=
trap 'kill -KILL $running 2>/dev/null || true; umount "$scratch/disk" 2>/dev/null || true; rm -rf "$scratch"' EXIT

start_demo "$scratch/disk"
ask() { curl -s "http://127.0.0.1:$port/readyz"; }
incidents() { "$program" incidents --config "$config" --state all --format json 2>/dev/null; }
# until SECONDS COMMAND…: true as soon as the command is.
until_true() {
  local left=$(($1 * 5))
  shift
  while [ "$left" -gt 0 ] && kill -0 "$running" 2>/dev/null; do if "$@"; then return 0; fi; sleep 0.2; left=$((left - 1)); done
  return 1
}
ready() { ask | grep -q "\"storage\":$1"; }

until_true 20 ready true || true
check 'full-disk: ready before' yes "$(ready true && echo yes || echo no)"
dd if=/dev/zero of="$scratch/disk/filler" bs=4k 2>/dev/null || true
shows_unsaved() { incidents | grep -q '"saved": false'; }
until_true 90 shows_unsaved || true
check 'full-disk: the attack is shown, marked as not saved' yes "$(shows_unsaved && echo yes || echo no)"
check 'full-disk: readiness says that the storage fails' yes "$(ready false && echo yes || echo no)"
check 'full-disk: the health says what to do' yes "$("$program" exporters --config "$config" --format json | grep -q 'is full: make room' && echo yes || echo no)"
check 'full-disk: no token is given that could not be kept' no "$("$program" token create --config "$config" --name t >/dev/null 2>&1 && echo yes || echo no)"
rm -f "$scratch/disk/filler"
all_saved() { incidents | grep -q '"saved": true' && ! shows_unsaved; }
until_true 20 all_saved || true
check 'full-disk: with room again all is kept' yes "$(all_saved && echo yes || echo no)"
check 'full-disk: ready again' yes "$(ready true && echo yes || echo no)"
kill -TERM "$running"
code=0
wait "$running" || code=$?
running=
check 'full-disk: SIGTERM ends the demo' 0 "$code"
exit "$bad"
