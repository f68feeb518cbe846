#!/usr/bin/env bash
# The program for machines without .NET: self-contained, compiled ahead of time, with the documents that belong to it.
# usage: deploy/publish.sh FOLDER [linux-x64|linux-arm64]
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
me=publish
. "$root/.ci/dotnet.sh"
case $# in 1 | 2) ;; *) die 'usage: deploy/publish.sh FOLDER [linux-x64|linux-arm64]' ;; esac
folder=$1
case ${2:-$(uname -m)} in
  linux-x64 | x86_64) rid=linux-x64 ;;
  linux-arm64 | aarch64) rid=linux-arm64 ;;
  *) die "no program for '${2:-$(uname -m)}': linux-x64 and linux-arm64 there are" ;;
esac
if [ -e "$folder" ] && [ -n "$(ls -A -- "$folder")" ]; then die "$folder is not empty"; fi
need_sdk
mkdir -p "$folder"
folder=$(cd -- "$folder" && pwd -P)
cd "$root"
# Restored for all machines at once, as the lock files have it.
dotnet restore src/Breakwater/Breakwater.csproj -v quiet -p:PublishReadyToRun=true -p:SelfContained=true >&2
dotnet publish src/Breakwater/Breakwater.csproj -c Release -v quiet -nologo -clp:NoSummary --no-restore -r "$rid" --self-contained \
  -p:PublishReadyToRun=true -p:RunAnalyzers=false -o "$folder" >&2
cp -R docs LICENSE NOTICE "$folder/"
cp -R deploy "$folder/"
printf '%s\n' "$folder"
