#!/usr/bin/env bash
# Build the collection, install the result elsewhere, use it from there as a user without a checkout does, and have it
# checked as Galaxy does. The archive that passed is left in the checkout.
# What the archive holds is checked by tests/unit/test_artifact.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ansible-galaxy collection build --output-path "$work" .
cp -r inventories "$work/inventories"

cd "$work"
unset ANSIBLE_CONFIG
export ANSIBLE_COLLECTIONS_PATH=$work/collections
ansible-galaxy collection install "$work"/almashooq-redis-*.tar.gz
for inventory in inventories/*/; do
  ansible-playbook almashooq.redis.site -i "$inventory" --syntax-check
  ansible-playbook almashooq.redis.site -i "$inventory" --list-tasks | tail -n 3
done
ansible-doc --type module --list almashooq.redis
ansible-doc --type role --list almashooq.redis

# What Galaxy looks at before it takes an archive. Its findings are warnings; here they are errors.
galaxy=$root/.cache/galaxy
if ! cmp --quiet "$root/requirements/galaxy.txt" "$galaxy/installed.txt"; then
  rm -rf "$galaxy"
  "$root/.venv/bin/python" -m venv "$galaxy"
  "$galaxy/bin/pip" install --quiet --disable-pip-version-check -r "$root/requirements/galaxy.txt"
  cp "$root/requirements/galaxy.txt" "$galaxy/installed.txt"
fi
export GALAXY_IMPORTER_CONFIG=$root/.config/galaxy/importer.cfg PATH=$galaxy/bin:$PATH
unset ANSIBLE_COLLECTIONS_PATH
"$galaxy/bin/python" -m galaxy_importer.main "$work"/almashooq-redis-*.tar.gz >"$work/importer.log" || { cat "$work/importer.log"; exit 1; }
if grep -E '^(WARNING|ERROR)' "$work/importer.log"; then exit 1; fi
echo "Galaxy's importer: no finding"
cp "$work"/almashooq-redis-*.tar.gz "$root/"
printf 'Built: %s\n' "$root"/almashooq-redis-*.tar.gz
