#!/usr/bin/env bash
# ansible-test sanity, without containers, on a copy that lies where ansible-test wants a collection.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
copy=$root/.cache/sanity/ansible_collections/almashooq/redis
rm -rf "$copy" && mkdir -p "$copy"
git ls-files --cached --others --exclude-standard -z -- ':!.collections' ':!molecule' ':!.config' |
  xargs -0 cp --parents --no-dereference -t "$copy" 2>/dev/null || true
cd "$copy"
git init --quiet . && git add --all

# ansible-test makes environments with a clean PATH, so it gets the real interpreter and not a shim;
# and it would download a pip, for which the one that Python brings along stands in.
python=$("$root/.venv/bin/python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
interpreter=$("$root/.venv/bin/python" -c 'import sys, os; print(os.path.realpath(sys.executable))')
mkdir -p "$root/.cache/sanity/bin" ~/.ansible/test/cache
ln -sf "$interpreter" "$root/.cache/sanity/bin/python$python"
for version in 24_2 25_2; do
  seed=~/.ansible/test/cache/get_pip_$version.py
  [ -e "$seed" ] || cat >"$seed" <<'PIP'
import runpy, sys
runpy.run_module("ensurepip", run_name="not_main")
import ensurepip
ensurepip.bootstrap()
PIP
done
PATH=$root/.cache/sanity/bin:$PATH ansible-test sanity --venv --python "$python" --color no -v "$@"
