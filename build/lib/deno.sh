# Deno of exactly the project's version: from the cache, the path, npm, PyPI or Deno's own download; always by its SHA-256.
# shellcheck shell=bash

# Sets DENO.
ensure_deno() {
  read_deno_pin
  DENO=$cache/deno/$deno_sha256/deno
  [ -x "$DENO" ] || use_deno_on_path || { locked fetch_deno && [ -x "$DENO" ]; } || exit 1
}

read_deno_pin() {
  local word value system
  system=$(uname -sm)
  deno_sha256=""
  while read -r word value; do
    case $word:$value in
      version:*) deno_version=$value ;;
      *:"${system/ /-}") deno_sha256=$word ;;
    esac
  done <"$root/build/deno.sha256"
  [ -n "$deno_sha256" ] || fail "there is no Deno $deno_version for $system here"
}

# Hashing takes a quarter of a second, so the answer is remembered with the file's size, time and inode.
use_deno_on_path() {
  local found identity known=""
  found=$(command -v deno) || return 1
  case $found in /*) ;; *) return 1 ;; esac
  identity=$(stat -L -c '%n %s %Y %i' "$found") || return 1
  { read -r known <"$cache/deno/$deno_sha256/on-path"; } 2>/dev/null || true
  if [ "$known" != "$identity" ]; then
    sha256_of "$found" && [ "$SHA256" = "$deno_sha256" ] || return 1
    mkdir -p "$cache/deno/$deno_sha256"
    printf '%s\n' "$identity" >"$cache/deno/$deno_sha256/on-path.$$"
    mv "$cache/deno/$deno_sha256/on-path.$$" "$cache/deno/$deno_sha256/on-path"
  fi
  DENO=$found
}

fetch_deno() {
  [ ! -x "$DENO" ] || return 0
  say "fetching Deno $deno_version (once, about 40 MB)"
  local way reasons="" refusal log=$cache/deno.log
  : >"$log"
  for way in npm pip download apt_and_pip; do
    new_workspace
    refusal=""
    if (cd "$workspace" && "fetch_deno_by_$way") && accept_deno "$workspace/deno"; then
      rm -rf "$workspace"
      return 0
    fi
    reasons="$reasons $way: ${refusal:-$(last_line "$workspace/log")};"
    { echo "== $way" && cat "$workspace/log"; } >>"$log" 2>/dev/null || true
    rm -rf "$workspace"
  done
  fail "Deno $deno_version cannot be had:$reasons install npm or Python's pip, or put Deno $deno_version on the PATH ($log)"
}

# accept_deno FILE: moves it into the cache where it is what it should be.
accept_deno() {
  sha256_of "$1"
  if [ "$SHA256" != "$deno_sha256" ]; then
    refusal="refused, SHA-256 is $SHA256 but must be $deno_sha256"
    return 1
  fi
  chmod 755 "$1"
  mkdir -p "${DENO%/*}"
  # On disk before it has its name: after a power cut a name alone would be taken for the whole.
  sync "$1" 2>/dev/null || true
  mv "$1" "$DENO"
}

# Each way leaves ./deno, and what was said in ./log.

fetch_deno_by_npm() {
  local machine
  case $(uname -m) in x86_64) machine=x64 ;; *) machine=arm64 ;; esac
  logged log command -v npm || { echo "npm is not there" >log && return 1; }
  logged log npm pack --fetch-retries=1 "@deno/linux-$machine-glibc@$deno_version" &&
    logged log tar -xzf ./*.tgz package/deno && mv package/deno deno
}

fetch_deno_by_pip() {
  python3 -m pip --version >/dev/null 2>&1 || { echo "Python's pip is not there" >log && return 1; }
  logged log python3 -m pip download --no-deps --only-binary :all: --dest . "deno==$deno_version" &&
    logged log python3 -m zipfile -e ./*.whl wheel && mv wheel/*.data/scripts/deno deno
}

fetch_deno_by_download() {
  local url="https://dl.deno.land/release/v$deno_version/deno-$(uname -m)-unknown-linux-gnu.zip"
  logged log command -v curl || { echo "curl is not there" >log && return 1; }
  logged log curl --fail --silent --show-error --location --connect-timeout 20 --output deno.zip "$url" || return 1
  logged log unzip -q deno.zip deno || logged log python3 -m zipfile -e deno.zip .
}

fetch_deno_by_apt_and_pip() {
  if python3 -m pip --version >/dev/null 2>&1 || ! apt_allowed; then
    echo "not tried" >log
    return 1
  fi
  install_packages python3 python3-pip ca-certificates && fetch_deno_by_pip
}
