# What pewatch has of Tango, built against the system's cppTango and only where it is wanted: the shim, which is the device server
# (PEWATCH_LIBTANGO), and the client, which reads attributes of other devices for [plugins.tango] (PEWATCH_LIBTANGO_CLIENT).
# shellcheck shell=bash

# ensure_tango shim|client: sets its variable; builds it, and installs what that needs, where it is not there. Fails, having said why.
ensure_tango() {
  find_tango "$1" && return 0
  locked build_tango "$1" && find_tango "$1"
}

# find_tango shim|client: sets its variable where the library is built already; quick, for every start.
find_tango() {
  local variable=PEWATCH_LIBTANGO library=libpewatch_tango.so
  [ "$1" = shim ] || { variable=PEWATCH_LIBTANGO_CLIENT && library=libpewatch_tango_client.so; }
  [ -z "${!variable:-}" ] || return 0
  tango_folder_of "$1" || return 1
  [ -e "$tango_folder/$library" ] || return 1
  export "$variable=$tango_folder/$library"
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

# tango_folder_of shim|client [FILE…]: the place of what is built from its sources and these files.
tango_folder_of() {
  local library=$1
  shift
  case $library in
    shim) tango_folder "$root"/ffi/tango/shim/* "$root"/ffi/tango/library.mk "$@" ;;
    client) tango_folder "$root"/ffi/tango/client/*.{cpp,h} "$root"/ffi/tango/client/Makefile "$root"/ffi/tango/library.mk "$@" ;;
  esac
}

# tango_folder FILE…: sets the place of what is built from these files with the cppTango that is there.
tango_folder() {
  local version
  version=$(pkg-config --modversion tango 2>/dev/null) || return 1
  # Names and contents: a file that is renamed may be another one.
  SHA256=$({ echo "$version" "$(uname -m)" && cd "$root" && sha256sum "${@#"$root"/}" 2>/dev/null; } | sha256sum) || return 1
  tango_folder=$cache/tango/${SHA256:0:16}
}

build_tango() {
  ! find_tango "$1" || return 0
  have_tango_headers || return 1
  say "building the Tango $1 (once, about a minute)"
  tango_folder_of "$1" && make_tango "$1" all
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
