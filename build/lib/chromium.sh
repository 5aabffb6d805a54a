# The browser that the tests of the page drive: Debian's Chromium.
# shellcheck shell=bash

# Sets PEWATCH_CHROMIUM; fails, having said why, where it cannot be had.
ensure_chromium() {
  find_chromium || { locked install_chromium && find_chromium; } || return 1
  export PEWATCH_CHROMIUM
}

install_chromium() {
  ! find_chromium || return 0
  install_packages chromium && return 0
  say "the tests of the page need a browser; type: $(install_command chromium chromium)"
  return 1
}

find_chromium() { PEWATCH_CHROMIUM=$(command -v chromium || command -v chromium-browser); }
