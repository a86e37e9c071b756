#!/usr/bin/env bash
# Test scenarios on real hosts, three side by side: they wait more than they work.
#   scenarios.sh SCENARIO...
# What a scenario prints comes in one piece when it ends; a single one prints as it goes. After a failure none is started.
set -euo pipefail
cd "$(dirname "$0")/../.."

scenario() {
  local log start=$SECONDS outcome=passed
  log=$(mktemp)
  printf '=== scenario %s: started\n' "$1"
  molecule test -s "$1" >"$log" 2>&1 </dev/null || outcome=FAILED
  # One at a time, so that two ends do not get into each other.
  flock "$turns" cat "$log"
  rm -f "$log"
  printf '=== scenario %s: %s after %s s\n' "$1" "$outcome" $((SECONDS - start))
  # For xargs, 255 means: start no other.
  [ "$outcome" = passed ] || return 255
}

[ "$#" -gt 1 ] || exec molecule test -s "$1"
# What all of them need, before several look for it at the same time.
ansible-playbook -i molecule/shared/inventory molecule/shared/machine.yml
turns=$(mktemp)
trap 'rm -f "$turns"' EXIT
export turns
export -f scenario
printf 'scenario %s\0' "$@" | xargs -0 --max-args=1 --max-procs=3 bash -c
