#!/usr/bin/env bash
# Run targets of the Makefile one after the other, and tell how long each took; the first failure ends it.
set -uo pipefail
passed=0 failed=0 begin=$SECONDS
report=""
for stage in "$@"; do
  start=$SECONDS outcome=passed
  printf '\n=== %s\n' "$stage"
  make --no-print-directory "$stage" || outcome=FAILED
  report+=$(printf '%-12s %s %5d s' "$stage" "$outcome" $((SECONDS - start)))$'\n'
  [ "$outcome" = passed ] || { failed=1; break; }
  passed=$((passed + 1))
done
printf '\n=== stages\n%s%-19s %5d s\n\n' "$report" all $((SECONDS - begin))
echo "$passed passed, $failed failed"
exit "$failed"
