#!/usr/bin/env bash
# Fail with a remedy where Ansible could not become root on this machine.
#   sudo.sh [ARGUMENT OF ansible-playbook...]
set -euo pipefail
[ "$(id -u)" -ne 0 ] || exit 0
for argument in "$@"; do
  case $argument in
    -[A-Za-z]*K* | -K* | --ask-become-pass | --become-pass* | *ansible_become_pass*) exit 0 ;;
  esac
done
[ -z "${ANSIBLE_BECOME_PASSWORD_FILE:-}" ] || exit 0
command -v sudo >/dev/null || {
  echo "make site installs packages and services on this machine, and $(id -un) is not root and has no sudo: run it as root." >&2
  exit 1
}
# -k: a password that was just typed for something else does not count, Ansible cannot use it.
sudo -k -n true 2>/dev/null || {
  echo "sudo asks $(id -un) for a password, which Ansible has to be given: make site ARGS=-K" >&2
  exit 1
}
