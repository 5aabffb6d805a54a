# What all parts of the set-up share: where things are kept, messages, one set-up at a time.
# shellcheck shell=bash

cache=${PEWATCH_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME, XDG_CACHE_HOME or PEWATCH_CACHE must be set}/.cache}/pewatch}
# Deno and pip are started from other folders too.
case $cache in /*) ;; *) cache=$PWD/$cache ;; esac
export DENO_DIR=$cache/deno-dir DENO_NO_UPDATE_CHECK=1
# Where a proxy has a certificate of its own, only the system knows it.
export DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-system,mozilla}

say() { printf 'pewatch set-up: %s\n' "$*" >&2; }

# Ends with exit code 1; `fail 2 …` where what the caller set is wrong.
fail() {
  local code=1
  case $1 in [0-9]) code=$1 && shift ;; esac
  say "$*"
  exit "$code"
}

# are_there PROGRAM…: all of them; `command -v` itself is content with any.
are_there() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || return 1; done
}

# sha256_of FILE: sets SHA256, without a subshell of its own in the usual way.
sha256_of() {
  SHA256=$(sha256sum <"$1") || return
  SHA256=${SHA256%% *}
}

# A folder in the cache, so that what is built in it can be renamed into place.
new_workspace() {
  mkdir -p "$cache"
  # What an interrupted set-up left; a day is longer than any set-up takes.
  find "$cache" -maxdepth 1 -name 'tmp.*' -mtime +0 -exec rm -rf {} + 2>/dev/null || true
  workspace=$(mktemp -d "$cache/tmp.XXXXXX")
}

# locked FUNCTION ARGS…: only one set-up of this cache at a time, others wait; FUNCTION must look again whether there is still something to do.
locked() (
  # Not the caller's, which would go with this one.
  workspace=""
  mkdir -p "$cache"
  exec 9>"$cache/${lock_name:-lock}"
  if ! flock -n 9; then
    say "another set-up is in progress, waiting for it"
    flock 9
  fi
  trap '[ -z "${workspace:-}" ] || rm -rf "$workspace"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  "$@"
)

# logged FILE COMMAND…: what a tool says goes to FILE; it does not inherit the lock, or a killed set-up would hold it until the tool ends.
logged() {
  local file=$1
  shift
  "$@" >>"$file" 2>&1 </dev/null 9>&-
}

# The last words of a tool, for a message.
last_line() {
  { grep -v "^[[:space:]]*$" "$1" 2>/dev/null || echo "no message"; } | tail -n 1 | cut -c 1-200
}
