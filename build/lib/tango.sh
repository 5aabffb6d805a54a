# The Tango shim, built against the system's cppTango: only where Tango is wanted, nothing else of pewatch needs it.
# shellcheck shell=bash

# Sets PEWATCH_LIBTANGO; builds it, and installs what that needs, where it is not there. Fails, having said why.
ensure_tango() {
  find_tango && return 0
  locked build_tango && find_tango
}

# Sets PEWATCH_LIBTANGO where the library is built already; quick, for every start.
find_tango() {
  [ -z "${PEWATCH_LIBTANGO:-}" ] || return 0
  tango_shim_folder || return 1
  [ -e "$tango_folder/libpewatch_tango.so" ] || return 1
  export PEWATCH_LIBTANGO=$tango_folder/libpewatch_tango.so
}

# wants_tango_client ARGS…: whether what is asked of pewatch needs the client: `tango values` and `doctor`, or `run` with [plugins.tango].
wants_tango_client() {
  case ${1:-} in
    tango) [ "${2:-}" = values ] || [ "${2:-}" = client ] ;;
    run | doctor) grep -qE '^[ \t]*\[[ \t]*plugins[ \t]*\.[ \t]*tango[ \t]*\]|^[ \t]*\[\[[ \t]*plugins[ \t]*\.[ \t]*tango[ \t]*\.' "$(configuration_of "$@")" 2>/dev/null ;;
    *) return 1 ;;
  esac
}

# configuration_of ARGS…: the file that --config names, or the default.
configuration_of() {
  local file=pewatch.toml
  while [ $# -gt 0 ]; do
    case $1 in
      -c | --config) file=${2:-} ;;
      --config=*) file=${1#*=} ;;
    esac
    shift
  done
  echo "$file"
}

# wants_tango ARGS…: whether what is asked of pewatch needs the library: `tango …`, or `run` with a configuration that enables it.
wants_tango() {
  [ "${1:-}" != tango ] || { [ "${2:-}" != values ] && [ "${2:-}" != client ] && return 0 || return 1; }
  [ "${1:-}" = run ] || return 1
  awk '/^[ \t]*\[/ { tango = /^[ \t]*\[[ \t]*tango[ \t]*\]/ } tango && /^[ \t]*enabled[ \t]*=[ \t]*true/ { found = 1 } END { exit !found }' \
    "$(configuration_of "$@")" 2>/dev/null
}

# The client that reads attributes of other devices: a library of its own, for [plugins.tango] alone. Sets PEWATCH_LIBTANGO_CLIENT.
ensure_tango_client() {
  find_tango_client && return 0
  locked build_tango_client && find_tango_client
}

find_tango_client() {
  [ -z "${PEWATCH_LIBTANGO_CLIENT:-}" ] || return 0
  tango_client_folder || return 1
  [ -e "$tango_folder/libpewatch_tango_client.so" ] || return 1
  export PEWATCH_LIBTANGO_CLIENT=$tango_folder/libpewatch_tango_client.so
}

tango_client_folder() { tango_folder "$root"/ffi/tango/client/*.{cpp,h} "$root"/ffi/tango/client/Makefile "$root"/ffi/tango/library.mk; }

# tango_folder FILE…: sets the place of what is built from these files with the cppTango that is there.
tango_folder() {
  local version
  version=$(pkg-config --modversion tango 2>/dev/null) || return 1
  # Names and contents: a file that is renamed may be another one.
  SHA256=$({ echo "$version" "$(uname -m)" && cd "$root" && sha256sum "${@#"$root"/}" 2>/dev/null; } | sha256sum) || return 1
  tango_folder=$cache/tango/${SHA256:0:16}
}

build_tango() {
  ! find_tango || return 0
  have_tango_headers || return 1
  say "building the Tango shim (once, about a minute)"
  tango_shim_folder && make_tango shim all
}

tango_shim_folder() { tango_folder "$root"/ffi/tango/shim/* "$root"/ffi/tango/library.mk; }

build_tango_client() {
  ! find_tango_client || return 0
  have_tango_headers || return 1
  say "building the Tango client (once, about a minute)"
  tango_client_folder && make_tango client all
}

have_tango_headers() {
  pkg-config --exists tango 2>/dev/null && are_there g++ make || install_packages libtango-dev pkg-config g++ make || {
    say "Tango's headers are not there; type: $(install_command "libtango-dev pkg-config g++ make" "cpptango-devel gcc-c++ make")"
    return 1
  }
}

# make_tango shim|client TARGET: into $tango_folder, which has its name only when all of it is there.
make_tango() {
  local log=$cache/tango.log
  new_workspace
  : >"$log"
  if ! logged "$log" make -C "$root/ffi/tango/$1" "-j$(nproc)" OUT="$workspace" "$2"; then
    say "the Tango $1 cannot be built: $(grep -m 1 -E 'error|Error' "$log" || last_line "$log") ($log)"
    return 1
  fi
  rm -rf "$workspace"/plain "$workspace"/asan "$workspace"/tsan "$tango_folder"
  mkdir -p "$cache/tango"
  chmod 755 "$workspace"
  mv "$workspace" "$tango_folder"
}
