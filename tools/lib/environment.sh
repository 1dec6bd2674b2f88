# Sourced by the scripts in tools/: where things are, which Swift is meant, and how a script speaks.
# The caller has already set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Python packages of the stock client; made by tools/install-dependencies.
client_environment=$root/.build-venv

say() { printf '==> %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Puts the Swift toolchain's own folder first in PATH. A `swift` that is found first need not be the compiler: the client of
# OpenStack's object store, which other OpenStack packages install, has the same name.
use_swift_toolchain() {
  local candidate
  while read -r candidate; do
    [ -x "$candidate" ] || continue
    if "$candidate" --version 2>/dev/null </dev/null | grep -q 'Swift version'; then
      PATH=$(dirname "$candidate"):$PATH
      export PATH
      return 0
    fi
  done < <(
    type -aP swift || true
    printf '%s\n' "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}/swift" \
      /opt/swift*/usr/bin/swift /usr/local/swift*/usr/bin/swift /usr/libexec/swift/*/bin/swift
  )
  fail "no Swift toolchain found; install Swift 6.2 or later (https://www.swift.org/install/linux/) and put it in PATH"
}

# Makes `openstack` reachable without letting the environment's Python take the place of the system's.
use_client() { export PATH=$PATH:$client_environment/bin; }

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    command -v sudo >/dev/null || fail "this needs root, and there is no sudo: $*"
    sudo "$@"
  fi
}

require_root() {
  [ "$(id -u)" = 0 ] || fail "run this as root: $1"
}
