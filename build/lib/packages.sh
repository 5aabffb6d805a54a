# npm packages of deno.lock, in the cache.
# shellcheck shell=bash

ensure_packages() {
  sha256_of "$root/deno.lock"
  # Inside DENO_DIR, so that whoever empties that empties this with it.
  packages_ready=$DENO_DIR/pewatch-$SHA256.ready
  [ -e "$packages_ready" ] || locked fetch_packages || exit $?
}

fetch_packages() {
  [ ! -e "$packages_ready" ] || return 0
  say "fetching npm packages (once)"
  use_registry_of_npm
  new_workspace
  local log=$workspace/log
  if ! (cd "$root" && NO_COLOR=1 logged "$log" "$DENO" install --frozen); then
    cat "$log" >&2
    fail "the npm packages of deno.lock cannot be had"
  fi
  mkdir -p "$DENO_DIR"
  : >"$packages_ready"
}

# Deno reads ~/.npmrc and NPM_CONFIG_REGISTRY, but neither npm's system-wide configuration nor its lower-case variables.
use_registry_of_npm() {
  [ -z "${NPM_CONFIG_REGISTRY:-}" ] || return 0
  local registry
  registry=$(cd "$root" && npm config get registry 2>/dev/null </dev/null) || return 0
  case $registry in http*) export NPM_CONFIG_REGISTRY=$registry ;; esac
}
