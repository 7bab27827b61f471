# shellcheck shell=bash
# requirements.sh: the requirements of ./demo and ./test. Source it after e2e/cluster/lib.sh and jdk.sh.

step() { say "==> $*"; }

at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | sed -n 1p)" = "$1" ]; }   # at_least WANTED FOUND

install_packages() { # install_packages NAME...
  command -v apt-get >/dev/null || die "these Debian packages are missing: $*. Install them, or what they are called here, with your package manager"
  step "installing the Debian packages $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null; } ||
    die "apt-get could not install them: see its message above"
}

check_requirements() {
  local missing go maven
  require_root
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  [ -e /dev/fuse ] || modprobe fuse 2>/dev/null || true
  [ -e /dev/fuse ] || die "there is no /dev/fuse, which the simulated sysfs needs: load the kernel module fuse"
  go=$(cd / && go env GOVERSION 2>/dev/null) || die "Go is missing: install Go 1.24 or newer and put it in PATH"
  at_least 1.24 "${go#go}" || die "Go is too old ($go): install Go 1.24 or newer and put it first in PATH"
  use_jdk 25
  maven=$(mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p') || true
  [ -n "$maven" ] || die "Maven is missing: apt-get install maven, or install Maven 3.8 or newer and put it in PATH"
  at_least 3.8 "$maven" || die "Maven is too old ($maven): install Maven 3.8 or newer and put it first in PATH"
}
