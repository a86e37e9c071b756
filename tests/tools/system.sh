#!/usr/bin/env bash
# Install distribution packages that are not there yet: as root, or with sudo.
#   system.sh PACKAGE...
set -euo pipefail
missing=()
for package in "$@"; do
  # A package of two architectures has two lines.
  dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
command -v apt-get >/dev/null || { echo "Please install by your system's means: ${missing[*]}" >&2; exit 1; }
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Neither root nor sudo: please install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends)
# Most often apt knows the packages already; its lists are fetched when it does not, or only knows gone versions.
"${install[@]}" "${missing[@]}" </dev/null && exit 0
"${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update -qq </dev/null
"${install[@]}" "${missing[@]}" </dev/null
