# Sourced by ./test: counts what passed, failed and was skipped, and holds every skip against the list of allowed ones.

# tally_start FILE: lines 'always|environment | NAME | REASON | why', NAME and REASON as shell patterns.
tally_start() {
  count_passed=0 count_failed=0 count_skipped=0 stage_name=
  started=$SECONDS stage_started=$SECONDS
  allowed_kinds=() allowed_names=() allowed_reasons=()
  local kind name reason why
  while IFS='|' read -r kind name reason why; do
    kind=$(trim "$kind")
    case $kind in '' | '#'*) continue ;; esac
    allowed_kinds+=("$kind") allowed_names+=("$(trim "$name")") allowed_reasons+=("$(trim "$reason")")
    [ -n "$(trim "$why")" ] || die "$1: '$name' says no reason why"
  done <"$1"
}

trim() { local text=${1#"${1%%[![:space:]]*}"}; printf '%s' "${text%"${text##*[![:space:]]}"}"; }

stage() {
  end_stage
  stage_name=$1 stage_started=$SECONDS
}
end_stage() {
  if [ -n "$stage_name" ]; then printf '%-46s %4d s\n' "$stage_name" $((SECONDS - stage_started)); fi
  stage_name=
}

passed() { count_passed=$((count_passed + $1)); }
failed() {
  count_failed=$((count_failed + 1))
  printf 'FAIL %s: %s\n' "$1" "$2"
}
failed_with_log() {
  failed "$1" "the end of ${2#"$root/"}:"
  tail -n 40 -- "$2" | sed 's/^/  /'
}

# skipped NAME REASON: allowed only when the list says so; under BREAKWATER_STRICT=1 the environment is no excuse.
skipped() {
  local i
  for i in "${!allowed_kinds[@]}"; do
    # shellcheck disable=SC2053 # the right side is a pattern
    if [[ $1 == ${allowed_names[i]} && $2 == ${allowed_reasons[i]} ]]; then
      if [ "${allowed_kinds[i]}" = environment ] && [ "${BREAKWATER_STRICT:-0}" = 1 ]; then break; fi
      count_skipped=$((count_skipped + 1))
      printf 'skip %s: %s\n' "$1" "$2"
      return 0
    fi
  done
  failed "$1" "skipped ($2), which tests/allowed-skips.txt does not allow here"
}

# tally_xunit NAME REPORT LOG CODE: counts from the report; a run that crashed leaves none, or one with errors.
tally_xunit() {
  local summary ok bad errors line name reason before=$count_failed
  if [ ! -s "$2" ]; then failed_with_log "$1 ended with code $4 and left no report" "$3"; return 0; fi
  summary=$(grep -o '<assembly [^>]*>' "$2" | head -n 1)
  ok=$(attribute passed "$summary") bad=$(attribute failed "$summary") errors=$(attribute errors "$summary")
  passed "$ok"
  if [ "$bad" -gt 0 ] || [ "$errors" -gt 0 ]; then
    count_failed=$((count_failed + bad + errors))
    sed 's/^/  /' "$3" | head -n 300
  fi
  while IFS= read -r line; do
    name=$(attribute name "${line%%>*}")
    reason=$(printf '%s' "$line" | sed -n 's/.*<reason>\(.*\)<\/reason>.*/\1/p' | sed 's/^<!\[CDATA\[//; s/\]\]>$//')
    skipped "$(plain "$name")" "$(plain "$reason")"
  done < <(tr '\n' ' ' <"$2" | sed 's/<test /\n<test /g' | grep '^<test .* result="Skip"' || true)
  if [ "$((ok + bad + errors))" -eq 0 ]; then failed "$1" 'ran no test'; fi
  if [ "$4" -ne 0 ] && [ "$count_failed" -eq "$before" ]; then failed_with_log "$1 ended with code $4" "$3"; fi
}

attribute() { printf '%s' "$2" | sed -n "s/.* $1=\"\([^\"]*\)\".*/\1/p" | head -n 1; }
plain() { printf '%s' "$1" | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'; }

# run_script NAME SECONDS COMMAND…: reads its lines 'ok NAME', 'FAIL NAME: why', 'skip NAME: why', or a count 'N passed, N failed';
# 0 seconds is no limit.
run_script() {
  local name=$1 limit=$2 code=0
  shift 2
  timeout "$limit" "$@" </dev/null >"$(log_of "$name")" 2>&1 || code=$?
  judge_script "$name" "$limit" "$code"
}

log_of() { printf '%s/%s.log' "$logs" "$(printf '%s' "$1" | tr -c 'A-Za-z0-9\n' '-')"; }

# judge_script NAME SECONDS CODE: counts what the script wrote to its log; it ended with the code.
judge_script() {
  local name=$1 limit=$2 code=$3 log line oks=0 before=$count_failed said=0
  log=$(log_of "$name")
  while IFS= read -r line; do
    case $line in
      'ok '*) oks=$((oks + 1)) ;;
      'FAIL '*) failed "${line#FAIL }" "in $name" ;;
      'skip '*) line=${line#skip }; skipped "${line%%: *}" "${line#*: }" ;;
      [0-9]*' passed, '[0-9]*' failed'*) count "$name" "$line" "$log" ;;
      *) continue ;;
    esac
    said=1
  done <"$log"
  passed "$oks"
  if [ "$code" -eq 124 ]; then
    failed_with_log "$name took longer than $limit s" "$log"
  elif [ "$code" -ne 0 ]; then
    if [ "$count_failed" -eq "$before" ]; then failed_with_log "$name ended with code $code" "$log"; else tail -n 40 -- "$log" | sed 's/^/  /'; fi
  elif [ "$said" -eq 0 ]; then
    failed_with_log "$name checked nothing" "$log"
  fi
}

# count NAME LINE LOG: a program that counts by itself; nothing checked is no success.
count() {
  local ok=${2%% passed, *} bad=${2#* passed, }
  bad=${bad%% failed*}
  passed "$ok"
  if [ "$bad" -gt 0 ] || [ "$ok" -eq 0 ]; then
    failed "$1" "$2; its log: ${3#"$root/"}"
    count_failed=$((count_failed + (bad > 1 ? bad - 1 : 0)))
  fi
}

tally_finish() {
  end_stage
  printf '%-46s %4d s\n' 'all' $((SECONDS - started))
  printf '%d passed, %d failed, %d skipped\n' "$count_passed" "$count_failed" "$count_skipped"
  [ "$count_failed" -eq 0 ]
}
