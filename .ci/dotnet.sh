# Sourced by ./breakwater and ./test: finds the SDK and builds once when sources are newer than the last build.
# Expects: root (this checkout), me (name for messages). Needs bash 4.2 and the usual POSIX tools.

artifacts=$root/artifacts
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# A launcher leaves no build servers behind: they would keep its pipes and its lock open.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

die() { printf '%s: %s\n' "$me" "$*" >&2; exit 2; }
note() { printf '%s: %s\n' "$me" "$*" >&2; }

# Where installers put the SDK when it is not on the PATH.
sdk_folders='/usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet'

# The SDK may stand beside the PATH; the built executable then needs DOTNET_ROOT to find its runtime.
find_dotnet() {
  local candidate
  if ! command -v dotnet >/dev/null 2>&1; then
    for candidate in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" $sdk_folders; do
      if [ -n "$candidate" ] && [ -x "$candidate/dotnet" ]; then
        export DOTNET_ROOT=$candidate PATH=$candidate:$PATH
        return 0
      fi
    done
    return 1
  fi
  if [ -z "${DOTNET_ROOT:-}" ]; then
    candidate=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
    # A shim (pyenv, asdf) is not the installation; leave the search to the executable then.
    if [ -d "$candidate/shared/Microsoft.NETCore.App" ]; then export DOTNET_ROOT=$candidate; fi
  fi
}

need_sdk() {
  find_dotnet || die "needs the .NET 10 SDK, and found no 'dotnet'. Install it (https://dotnet.microsoft.com/download/dotnet/10.0) and run again."
  # NuGet and the CLI keep their state under HOME; a service account may have none.
  if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then export DOTNET_CLI_HOME=$artifacts/home; mkdir -p "$DOTNET_CLI_HOME"; fi
  local sdks
  sdks=$(dotnet --list-sdks 2>/dev/null) || sdks=
  case $'\n'$sdks in
    *$'\n'1[0-9].*) ;;
    *) die "needs the .NET 10 SDK; 'dotnet' here has: ${sdks:-none}. Install it (https://dotnet.microsoft.com/download/dotnet/10.0) and run again." ;;
  esac
}

# stale STAMP PATH…: is a file or folder (added, removed) newer than the stamp?
stale() {
  local stamp=$1
  shift
  [ -e "$stamp" ] || return 0
  [ -n "$(cd "$root" && find "$@" \( -name bin -o -name obj \) -prune -o -newer "$stamp" \( -type f -o -type d \) -print 2>/dev/null | head -n 1)" ]
}

# publish PROJECT: the program as artifacts/app, compiled ahead of time where the compiler for this machine can be had: it starts in half
# the time and short runs spend no time on compiling.
publish() {
  local options=(-c Release -v quiet -nologo -clp:NoSummary -p:RunAnalyzers=false -o "$artifacts/app") rid=
  case $(uname -sm) in
    'Linux x86_64')
      rid=linux-x64
      if grep -qsw avx2 /proc/cpuinfo && grep -qsw bmi2 /proc/cpuinfo && grep -qsw fma /proc/cpuinfo; then options+=(-p:ReadyToRunInstructionSet=x86-64-v3); fi
      ;;
    'Linux aarch64') rid=linux-arm64 ;;
  esac
  # Restored for all machines at once, as the lock files have it; then published for this one.
  if [ -n "$rid" ] && dotnet restore "$1" -v quiet -p:PublishReadyToRun=true \
    && dotnet publish "$1" "${options[@]}" --no-restore -r "$rid" --no-self-contained -p:PublishReadyToRun=true; then return 0; fi
  dotnet publish "$1" "${options[@]}"
}

compile() { dotnet build "$1" -c Release -v quiet -nologo -clp:NoSummary; }

# build STAMP PROJECT PATH…: builds Release under a lock that parallel runs share; output is shown only when it fails. Where
# `how` is publish, as publish does it.
build() {
  local stamp=$1 project=$2 log
  shift 2
  stale "$stamp" "$@" || return 0
  need_sdk
  mkdir -p "$artifacts"
  log=$artifacts/build.$$.log
  if [ ! -e "$stamp" ]; then note "building for the first time (about half a minute)"; fi
  (
    # Where flock is missing, two first runs at the same time may disturb each other; nothing else depends on it.
    if command -v flock >/dev/null 2>&1; then flock 9; fi
    stale "$stamp" "$@" || exit 0
    : >"$stamp.new"
    cd "$root"
    if "${how:-compile}" "$project" </dev/null >"$log" 2>&1 9>&-; then
      mv -f "$stamp.new" "$stamp"
    else
      cat "$log" >&2
      exit 1
    fi
  ) 9>"$artifacts/build.lock" || { rm -f "$log"; note "the build failed; its output is above"; return 1; }
  rm -f "$log"
}

# What decides the contents of a build besides the project's own folder.
build_inputs="Directory.Build.props Directory.Packages.props Breakwater.slnx global.json .editorconfig"
