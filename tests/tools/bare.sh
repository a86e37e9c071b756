#!/usr/bin/env bash
# Run targets of the Makefile as on a developer's first day: in a new container that has the distribution, git, make and
# python3, from a clean clone of this checkout (with its uncommitted changes). Everything else the targets install.
#   bare.sh TARGET...      BARE_ARGUMENTS='--cap-add SYS_ADMIN,NET_ADMIN' for those that mount; BARE_HOURS=4 for long ones
# The container's first process reaps no children, as in many containers. What pip downloads is kept in a volume.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -n "${ALMASHOOQ_BARE:-}" ]; then
  echo "This is the bare container: the targets run right here."
  exec make --no-print-directory "$@"
fi

engine=${TESTBED_ENGINE:-podman}
base=${TESTBED_BASE_IMAGE:-docker.io/library/debian:bookworm}
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo "--preserve-env=http_proxy,https_proxy,no_proxy")
work=$(mktemp -d)
container=""
cleanup() {
  [ -z "$container" ] || "${as_root[@]}" "$engine" rm --force --volumes "$container" >/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
# Nothing passes here that has not run: where no container can be run, this fails.
trap 'echo "!!! NOTHING WAS TESTED ON A BARE MACHINE: no container could be prepared with $engine (see above)" >&2' ERR

# A repository of its own with one more commit: what git knows of this checkout, as it is now.
clone=$work/checkout.git
git clone --quiet --bare --depth 1 "file://$PWD" "$clone"
here=(git --git-dir="$clone" --work-tree=. -c user.name=bare -c user.email=bare@localhost -c commit.gpgsign=false -c core.bare=false)
"${here[@]}" read-tree HEAD
"${here[@]}" add --all
"${here[@]}" commit --quiet --allow-empty --message "What is tested"

ansible-playbook -i molecule/shared/inventory molecule/shared/machine.yml -e testbed_image_kind=bare
image=$("${as_root[@]}" sh molecule/shared/image/build "$engine" "$base" bare)

# What pip needs here to reach its index.
settings=(--env ALMASHOOQ_BARE=1)
for name in PIP_CERT PIP_INDEX_URL PIP_EXTRA_INDEX_URL SSL_CERT_FILE http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || settings+=(--env "$name=${!name}")
done
# It ends by itself should this script be killed.
lifetime=$(("${BARE_HOURS:-2}" * 3600))
read -r -a given <<<"${BARE_ARGUMENTS:-}"
arguments=(--detach --rm --stop-signal KILL --volume almashooq-redis-bare-pip:/root/.cache/pip "${settings[@]}" "${given[@]}")
container=$("${as_root[@]}" "$engine" run "${arguments[@]}" "$image" sleep "$lifetime")
inside=("${as_root[@]}" "$engine" exec)
tar -C "$work" -c --owner=0 --group=0 checkout.git | "${inside[@]}" --interactive "$container" tar -C /root -x
"${inside[@]}" "$container" git clone --quiet /root/checkout.git /root/checkout
trap - ERR

# shellcheck disable=SC2016  # the container's name of its system
echo "A bare machine: $("${inside[@]}" "$container" sh -c '. /etc/os-release; echo "$PRETTY_NAME"'), with git, make and $("${inside[@]}" "$container" python3 --version)"
for target in "$@"; do
  start=$SECONDS
  "${inside[@]}" --workdir /root/checkout "$container" make --no-print-directory "$target" </dev/null
  printf 'bare: %s passed after %s s\n' "$target" $((SECONDS - start))
done
