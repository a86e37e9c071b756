#!/usr/bin/env bash
# Build the collection, install the result elsewhere, and use it from there as a user without a checkout does.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ansible-galaxy collection build --output-path "$work" .
archive=$(echo "$work"/almashooq-redis-*.tar.gz)
if tar -tzf "$archive" | grep -E '(^|/)(\.venv|\.cache|\.secrets|\.collections|molecule|tests|__pycache__)(/|$)'; then
  echo "The archive holds what it should not" >&2
  exit 1
fi
ansible-galaxy collection install --collections-path "$work/collections" "$archive"
cp -r inventories "$work/inventories"
cd "$work"
export ANSIBLE_CONFIG=/dev/null ANSIBLE_COLLECTIONS_PATH=$work/collections
for inventory in inventories/*/; do
  ansible-playbook almashooq.redis.site -i "$inventory" --syntax-check
done
ansible-doc --type module --list almashooq.redis
