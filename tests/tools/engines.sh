#!/usr/bin/env bash
# Fetch the engines that integration tests and benchmarks run against, from the distribution, without
# installing them: an installed package would start a server of its own.
#   engines.sh            Redis of this release, Valkey of its backports
#   engines.sh --all      and the newest Valkey, built from the source package of the development release
# Engines are found at .cache/engines/NAME-VERSION/bin.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=$PWD/.cache
engines=$cache/engines
private=$cache/apt
mkdir -p "$engines" "$private"/{lists/partial,archives/partial,download}

# A package index of our own, so that the machine's is left as it is; the mirror is the machine's.
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk -v r="$release" '$2 == r {print $1; exit}')
[ -n "$mirror" ] || { echo "No mirror of $release in this machine's package sources" >&2; exit 1; }
cat >"$private/sources.list" <<LIST
deb $mirror $release main
deb $mirror $release-backports main
deb-src $mirror sid main
LIST
options=(
  -o "Dir::Etc::sourcelist=$private/sources.list" -o "Dir::Etc::sourceparts=-"
  -o "Dir::State::lists=$private/lists" -o "Dir::Cache=$private" -o "APT::Sandbox::User=root"
)
index() { [ -n "${indexed:-}" ] || { apt-get "${options[@]}" update -qq; indexed=yes; }; }

# fetch NAME SUITE SERVER-PACKAGE TOOLS-PACKAGE
fetch() {
  local name=$1 suite=$2 packages=("$3" "$4") directory=$private/download/$1 version
  compgen -G "$engines/$name-*/bin/$name-server" >/dev/null && return
  index
  rm -rf "$directory" && mkdir -p "$directory/root"
  (cd "$directory" && apt-get "${options[@]}" --target-release "$suite" download -qq "${packages[@]/%//$suite}")
  for archive in "$directory"/*.deb; do dpkg --extract "$archive" "$directory/root"; done
  version=$(sed -E 's/^[0-9]+://; s/[-+].*//' < <(dpkg-deb --field "$(compgen -G "$directory/$3_*.deb")" Version))
  install_libraries "$directory/root/usr/bin/$name-server" "$directory"/*.deb
  place "$name" "$version" "$directory/root/usr/bin"
}

install_libraries() {
  local server=$1 depends
  shift
  ldd "$server" | grep -q 'not found' || return 0
  depends=$(for archive in "$@"; do dpkg-deb --field "$archive" Depends; done | tr ',' '\n' |
    sed -E 's/\(.*//; s/\|.*//; s/ //g' | grep '^lib' | sort -u)
  # shellcheck disable=SC2086  # a list of package names
  bash tests/tools/system.sh $depends
}

# place NAME VERSION DIRECTORY: a half-copied engine is never seen, since the last move is atomic.
place() {
  local name=$1 version=$2 directory=$3 half=$engines/.$1-half
  rm -rf "$half" && mkdir -p "$half/bin"
  cp -a "$directory/$name-"* "$half/bin/"
  rm -f "$half/bin/$name-sentinel"
  "$half/bin/$name-server" --version
  mv -T "$half" "$engines/$name-$version"
}

build_newest_valkey() {
  compgen -G "$engines/valkey-9.*/bin/valkey-server" >/dev/null && return
  bash tests/tools/system.sh build-essential pkg-config libssl-dev libsystemd-dev dpkg-dev
  index
  local directory=$private/download/valkey-source
  rm -rf "$directory" && mkdir -p "$directory"
  (cd "$directory" && apt-get "${options[@]}" source --download-only -qq valkey && tar -xf valkey_*.orig.tar.*)
  make -C "$directory"/valkey-*/ -j2 BUILD_TLS=yes USE_SYSTEMD=yes >"$directory/build.log" 2>&1 ||
    { tail -n 20 "$directory/build.log" >&2; exit 1; }
  place valkey "$(basename "$directory"/valkey-*/ | sed 's/^valkey-//')" "$(echo "$directory"/valkey-*/src)"
}

fetch redis "$release" redis-server redis-tools
fetch valkey "$release-backports" valkey-server valkey-tools
[ "${1:-}" != --all ] || build_newest_valkey
echo "Engines: $(cd "$engines" && echo *)"
