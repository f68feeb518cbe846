# Sourced by ./test after tally.sh: parts that run beside each other. A part leaves its output in its log, and beside it a line 'CODE SECONDS'
# when it has ended; they are judged one after the other, so that the tally has one writer.

ended_of() { printf '%s.ended' "$(log_of "$1")"; }

# run_part NAME SECONDS COMMAND…: 0 seconds is no limit. The shell waits for a child in the background, so that a signal is heard at once;
# timeout gives the part a process group of its own and hands a TERM on to all of it.
run_part() {
  local name=$1 limit=$2 code=0 began=$SECONDS
  shift 2
  rm -f "$(ended_of "$name")"
  timeout -k 20 "$limit" "$@" </dev/null >"$(log_of "$name")" 2>&1 &
  part=$!
  wait "$part" || code=$?
  part=
  printf '%d %d\n' "$code" $((SECONDS - began)) >"$(ended_of "$name")"
}

# lane FUNCTION: runs the function, whose parts come one after the other, beside everything else. Sets lane to its process.
lane() {
  (
    part=
    trap 'if [ -n "$part" ]; then kill "$part" 2>/dev/null; wait "$part" 2>/dev/null; fi; exit 143' TERM
    "$1"
  ) &
  lane=$!
}

# lanes_start: from here on no way out leaves a part behind.
lanes_start() {
  trap stop_lanes EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# What still runs is ended, with its children, and waited for.
stop_lanes() {
  local processes
  processes=$(jobs -pr)
  # shellcheck disable=SC2086 # a list of numbers
  [ -z "$processes" ] || kill $processes 2>/dev/null || true
  wait
}

# ended NAME: prints how long the part took and sets code, how it ended: 125 where it never did, as its lane died.
ended() {
  local seconds=0
  code=125
  if [ -s "$(ended_of "$1")" ]; then read -r code seconds <"$(ended_of "$1")"; else printf 'did not end\n' >>"$(log_of "$1")"; fi
  printf '%-46s %4d s\n' "$1" "$seconds"
}
