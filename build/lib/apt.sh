# System packages: installed where that is allowed, else named in one command.
# shellcheck shell=bash

# PEWATCH_APT=never forbids it.
apt_allowed() {
  [ "${PEWATCH_APT:-}" != never ] || return 1
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# install_packages PACKAGE…: fails without a word where it is not allowed.
install_packages() {
  apt_allowed || return 1
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  say "installing $* (once)"
  mkdir -p "$cache"
  local log=$cache/apt.log
  : >"$log"
  # Lists that are partly out of date are often enough.
  logged "$log" $sudo apt-get update -q || true
  if ! logged "$log" $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@"; then
    say "apt-get failed: $(last_line "$log") ($log)"
    return 1
  fi
}

# install_command DEBIAN_PACKAGES OTHER_PACKAGES: the one command to type.
install_command() {
  if command -v apt-get >/dev/null; then
    echo "sudo apt-get install -y $1"
  elif command -v dnf >/dev/null; then
    echo "sudo dnf install -y $2"
  elif command -v zypper >/dev/null; then
    echo "sudo zypper install -y $2"
  elif command -v pacman >/dev/null; then
    echo "sudo pacman -S $2"
  else
    echo "(your package manager's install) $2"
  fi
}
