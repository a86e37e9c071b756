#!/usr/bin/env bash
# ansible-test sanity, without containers, on a copy that lies where ansible-test wants a collection.
#   sanity.sh [ARGUMENT OF ansible-test...]      VENV=DIRECTORY takes the ansible-test of another environment
# Modules are compiled and imported under every Python of the system and of pyenv that is at hand; ansible-test
# passes over the others, and over pslint: there is no PowerShell, neither here nor in Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
venv=${VENV:-$root/.venv}
work=$root/.cache/sanity
copy=$work/ansible_collections/almashooq/redis
bin=$work/bin
rm -rf "$copy" "$bin" "$work/home/.config"
mkdir -p "$copy" "$bin" "$work/home/.ansible/test/cache" "$work/home/.config/pip"

# What git knows, as it is now; .collections would make the collection a part of itself.
git ls-files --cached --others --exclude-standard -z -- ':!.collections' ':!molecule' |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
  xargs -0 cp --parents --no-dereference --target-directory="$copy"
git -C "$copy" init --quiet && git -C "$copy" add --all

# ansible-test keeps environments and a pip in its user's home; this one is thrown away by make clean.
# It would download that pip; the one that Python brings along installs it from the index that pip uses.
settings() { "$venv/bin/pip" config list | sed -nE "s/^$1\.(.*)='(.*)'$/\1 = \2/p" | sed 's/\\n/ /g'; }
# It drops what the environment says to pip; a file says it instead, and more loudly than the user's own settings.
{ echo "[global]"; settings global; echo "[install]"; settings :env:; } >"$work/home/.config/pip/pip.conf"
cat >"$work/get_pip.py" <<'PIP'
import runpy
import subprocess
import sys

subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
# --no-setuptools and --no-wheel are words of the script that this one stands in for.
sys.argv = ["pip", "install", "--quiet", *(word for word in sys.argv[1:] if not word.startswith("--no-"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
PIP
for version in 24_2 25_2; do
  cp "$work/get_pip.py" "$work/home/.ansible/test/cache/get_pip_$version.py"
done

# Its environments are made with few variables, in which the shims of pyenv do not find their interpreter.
real() { "$1" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null; }
for minor in 9 10 11 12 13 14; do
  for candidate in "/usr/bin/python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$minor".*/bin/"python3.$minor"; do
    [ ! -x "$candidate" ] || ln -sfn "$(real "$candidate")" "$bin/python3.$minor"
  done
done
controller=$("$venv/bin/python" -c 'import sys; print("%s.%s" % sys.version_info[:2])')
ln -sfn "$(real "$venv/bin/python")" "$bin/python$controller"

cd "$copy"
export HOME=$work/home PATH=$bin:$venv/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset ANSIBLE_CONFIG
exec ansible-test sanity --venv --color no "$@"
