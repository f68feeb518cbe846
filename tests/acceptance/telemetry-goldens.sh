#!/usr/bin/env bash
# Telemetry that `sample` writes, decoded by us and by tshark: the same values field by field. A golden with one altered value is found.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
if ! command -v tshark >/dev/null 2>&1; then echo 'skip telemetry-goldens: tshark absent'; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
bad=0
ok() { printf 'ok telemetry-goldens: %s\n' "$1"; }
fail() { printf 'FAIL telemetry-goldens: %s: %s\n' "$1" "$2"; bad=1; }

tests=artifacts/bin/Breakwater.Tests/release/Breakwater.Tests
me=telemetry-goldens
. .ci/dotnet.sh
# shellcheck disable=SC2086,SC2154 # artifacts and build_inputs are set by dotnet.sh; the latter is a list of plain names
build "$artifacts/solution.stamp" Breakwater.slnx src tests bench $build_inputs
find_dotnet

# compare FOLDER: the goldens' comparison over a folder; its report in $work/log.
compare() {
  BREAKWATER_TELEMETRY_GOLDENS=$1 "$tests" -noLogo -noColor -method '*.TelemetryGoldenTests.Decode_GoldensOfAnotherFolder_*' >"$work/log" 2>&1
}

mkdir "$work/goldens" "$work/altered"
for format in sflow netflow5 netflow9 ipfix; do
  for kind in quiet-mix dns-amplification gre-flood fragment-flood ipv6-extension-header-flood icmp-flood; do
    name=$format-$kind
    ./breakwater sample "$kind" --as "$format" --duration 2s --rate 100pps --sampling 2 --seed 7 --out "$work/goldens/$name.pcap" >"$work/sample.log" 2>&1 ||
      fail "$name" "$(tail -n 2 "$work/sample.log")"
    tshark -n -r "$work/goldens/$name.pcap" -T json --no-duplicate-keys -J 'cflow sflow' >"$work/goldens/$name.tshark.json" 2>/dev/null
  done
done
if compare "$work/goldens"; then ok "$(find "$work/goldens" -name '*.tshark.json' | wc -l) samples in four formats agree with tshark field by field"
else fail 'samples agree with tshark' "$(grep -m 3 -E 'differences|tshark.json:' "$work/log")"; fi

# The twin: one value of one golden altered.
cp "$work/goldens/ipfix-icmp-flood.pcap" "$work/altered/"
awk '!done && /"cflow.packets": / { sub(/"cflow.packets": "[0-9]+"/, "\"cflow.packets\": \"4242\""); done = 1 } { print }' \
  "$work/goldens/ipfix-icmp-flood.tshark.json" >"$work/altered/ipfix-icmp-flood.tshark.json"
if compare "$work/altered"; then fail 'an altered golden is found' 'no difference'
elif grep -q 'packetDeltaCount Value: cflow.packets=4242' "$work/log"; then ok 'an altered golden is found'
else fail 'an altered golden is found' "$(tail -n 3 "$work/log")"; fi
exit "$bad"
