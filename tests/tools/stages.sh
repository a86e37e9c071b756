#!/usr/bin/env bash
# Run stages one after the other, and report how long each took; the first failure ends it.
#   stages.sh STAGE...
# A stage is a target of the Makefile. `first+second` are two that run at the same time: the first as ever, the second on
# what the first leaves of the processors, and with its output in one piece at its end.
set -uo pipefail
passed=0 failed=0 begin=$SECONDS
report=""
log=$(mktemp)
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$log"*' EXIT

ended() { # STAGE SECONDS EXIT_CODE
  local outcome=passed
  [ "$3" -eq 0 ] || outcome=FAILED
  report+=$(printf '%-14s %s %5d s' "$1" "$outcome" "$2")$'\n'
  if [ "$3" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

beside() { # STAGE START
  local result=0
  nice -n 10 make --no-print-directory "$1" >"$log" 2>&1 </dev/null || result=$?
  echo $((SECONDS - $2)) >"$log.seconds"
  return "$result"
}

for stages in "$@"; do
  start=$SECONDS first=${stages%%+*} second=""
  [ "$first" = "$stages" ] || second=${stages#*+}
  printf '\n=== %s\n' "$first${second:+, and beside it $second}"
  if [ -n "$second" ]; then beside "$second" "$start" & fi
  result=0
  make --no-print-directory "$first" || result=$?
  ended "$first" $((SECONDS - start)) "$result"
  if [ -n "$second" ]; then
    result=0
    wait "$!" || result=$?
    printf '\n=== %s\n' "$second"
    cat "$log"
    ended "$second" "$(cat "$log.seconds")" "$result"
  fi
  [ "$failed" -eq 0 ] || break
done
printf '\n=== stages\n%s%-21s %5d s\n\n' "$report" all $((SECONDS - begin))
echo "$passed passed, $failed failed"
exit $((failed > 0))
