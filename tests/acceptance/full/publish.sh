#!/usr/bin/env bash
# deploy/publish.sh once: the program runs without .NET, as a user without any privilege on a read-only root, as the unit and the container run it.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks.sh.inc"
. "$(dirname -- "${BASH_SOURCE[0]}")/../ports.sh.inc"
for tool in node curl setpriv unshare; do
  if ! command -v "$tool" >/dev/null 2>&1; then echo "skip publish: $tool absent"; exit 0; fi
done
running=
trap 'kill -KILL $running 2>/dev/null || true; rm -rf "$scratch"' EXIT
"$root/deploy/publish.sh" "$scratch/program" >/dev/null
program=$scratch/program/breakwater
echo "publish: $("$program" --version), $(du -sm "$scratch/program" | cut -f1) MB"
check 'publish: the pages have their script and style' yes "$(grep -q 'console/console.js' "$scratch/program/breakwater.dll" && grep -q 'console/console.css' "$scratch/program/breakwater.dll" && echo yes || echo no)"
check 'publish: licence, documents and unit come along' yes "$([ -f "$scratch/program/LICENSE" ] && [ -f "$scratch/program/docs/README.md" ] && [ -f "$scratch/program/deploy/breakwater.service" ] && echo yes || echo no)"
check 'publish: a folder that is not empty stays as it is' no "$("$root/deploy/publish.sh" "$scratch/program" >/dev/null 2>&1 && echo yes || echo no)"
if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then echo 'skip publish: no read-only root: needs root'; exit "$bad"; fi

me=publish
. "$root/.ci/dotnet.sh"
need_sdk
sdk=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
# alone PROGRAM: whether it runs where the folder of .NET is empty.
alone() { unshare --mount bash -c 'mount -t tmpfs tmpfs "$1" && exec env -i PATH=/usr/bin:/bin "$2" --version' - "$sdk" "$1" >/dev/null 2>&1 && echo yes || echo no; }
check 'publish: runs where no .NET is' yes "$(alone "$program")"
"$breakwater" --version >/dev/null
check 'publish: which the one that needs it does not' no "$(alone "$root/artifacts/app/breakwater")"

{ read -r telemetry; read -r api; } < <(free_ports 2)
mkdir "$scratch/state"
chmod 755 "$scratch"
chown 65534:65534 "$scratch/state"
chmod 700 "$scratch/state"
cat >"$scratch/breakwater.yaml" <<YAML
version: 1
listen: {telemetry: ["127.0.0.1:$telemetry"], api: "127.0.0.1:$api"}
storage: {folder: $scratch/state}
YAML
powerless() { setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs env -i PATH=/usr/bin:/bin DOTNET_EnableDiagnostics=0 "$@"; }
export -f powerless
# Everything is read-only but the state's folder.
read_only='mount --make-rprivate / && mount --bind "$1" "$1" && for point in $(awk "\$2 !~ /^\/(proc|sys|dev)/ { print \$2 }" /proc/mounts | sort -u); do
  [ "$point" = "$1" ] || mount -o remount,bind,ro "$point"; done && shift'
check 'publish: the root is read-only' no "$(unshare --mount bash -c "$read_only && touch /tmp/publish-probe" - "$scratch/state" 2>/dev/null && echo yes || echo no)"
unshare --mount bash -c "$read_only"' && exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs env -i DOTNET_EnableDiagnostics=0 "$@"' - \
  "$scratch/state" "$program" serve --config "$scratch/breakwater.yaml" >"$scratch/serve" 2>&1 </dev/null &
running=$!
# The health check of the container, on this socket.
probe=$(sed -n 's/^ *CMD \(\["curl".*\]\)$/\1/p' "$root/deploy/Containerfile" | tr -d '[],"' | sed "s#/var/lib/breakwater#$scratch/state#")
healthy() { powerless $probe 2>/dev/null; }
check 'publish: the health check has a command' yes "$([ -n "$probe" ] && echo yes || echo no)"
until_true 30 healthy || true
check 'publish: serve is healthy without privileges on a read-only root' yes "$(healthy && echo yes || echo no)"
check 'publish: it has no capability' 0000000000000000 "$(awk '/^CapEff/ { print $2 }' "/proc/$running/status")"
check 'publish: it complains about nothing' '' "$(grep '^breakwater: ' "$scratch/serve" | grep -v ': listening on\|: pages and API on' || true)"
kill -HUP "$running"
reloaded() { grep -q ': reloaded' "$scratch/serve"; }
until_true 10 reloaded || true
check 'publish: SIGHUP reloads' yes "$(reloaded && echo yes || echo no)"
kill -TERM "$running"
code=0
wait "$running" || code=$?
running=
check 'publish: SIGTERM ends it' 0 "$code"
check 'publish: then the health check fails' no "$(healthy && echo yes || echo no)"
exit "$bad"
