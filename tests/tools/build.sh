#!/usr/bin/env bash
# Build the collection, install the result elsewhere, and use it from there as a user without a checkout does.
# What the archive holds is checked by tests/unit/test_artifact.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
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
