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
  tango_folder "$root"/ffi/tango/shim/* || return 1
  [ -e "$tango_folder/libpewatch_tango.so" ] || return 1
  export PEWATCH_LIBTANGO=$tango_folder/libpewatch_tango.so
}

# wants_tango ARGS…: whether what is asked of pewatch needs the library: `tango …`, or `run` with a configuration that enables it.
wants_tango() {
  [ "${1:-}" != tango ] || return 0
  [ "${1:-}" = run ] || return 1
  local file=pewatch.toml
  while [ $# -gt 0 ]; do
    case $1 in
      -c | --config) file=${2:-} ;;
      --config=*) file=${1#*=} ;;
    esac
    shift
  done
  awk '/^[ \t]*\[/ { tango = /^[ \t]*\[[ \t]*tango[ \t]*\]/ } tango && /^[ \t]*enabled[ \t]*=[ \t]*true/ { found = 1 } END { exit !found }' \
    "$file" 2>/dev/null
}

# Sets what the tests of ffi/tango need beside the library: PEWATCH_TANGO_HOSTS, a folder with the test host, plain and under
# each sanitizer; PEWATCH_TANGO_PYTHON, one that has Debian's PyTango; PEWATCH_TANGO_PYTHON10, one that has that of PyPI.
ensure_tango_tests() {
  ensure_tango || return 1
  tango_folder "$root"/ffi/tango/shim/* "$root"/tests/ffi/tango/host/* || return 1
  PEWATCH_TANGO_HOSTS=$tango_folder
  [ -e "$tango_folder/host_tsan" ] || locked build_tango_hosts || return 1
  PEWATCH_TANGO_PYTHON=/usr/bin/python3
  has_tango "$PEWATCH_TANGO_PYTHON" || { locked install_packages python3-tango && has_tango "$PEWATCH_TANGO_PYTHON"; } || {
    say "the tests need PyTango; type: $(install_command python3-tango python3-pytango)"
    return 1
  }
  ensure_pytango10 || return 1
  export PEWATCH_TANGO_HOSTS PEWATCH_TANGO_PYTHON PEWATCH_TANGO_PYTHON10
}

has_tango() { "$1" -c "import tango" 2>/dev/null; }

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
  pkg-config --exists tango 2>/dev/null && are_there g++ make || install_packages libtango-dev pkg-config g++ make || {
    say "Tango's headers are not there; type: $(install_command "libtango-dev pkg-config g++ make" "cpptango-devel gcc-c++ make")"
    return 1
  }
  say "building the Tango shim (once, about a minute)"
  tango_folder "$root"/ffi/tango/shim/* && make_tango all
}

build_tango_hosts() {
  [ ! -e "$tango_folder/host_tsan" ] || return 0
  say "building the test host of the Tango shim (once, some minutes)"
  make_tango hosts
}

# make_tango TARGET: into $tango_folder, which has its name only when all of it is there.
make_tango() {
  local log=$cache/tango.log
  new_workspace
  : >"$log"
  if ! logged "$log" make -C "$root/ffi/tango/shim" "-j$(nproc)" OUT="$workspace" "$1"; then
    say "the Tango shim cannot be built: $(grep -m 1 -E 'error|Error' "$log" || last_line "$log") ($log)"
    return 1
  fi
  rm -rf "$workspace"/plain "$workspace"/asan "$workspace"/tsan "$tango_folder"
  mkdir -p "$cache/tango"
  chmod 755 "$workspace"
  mv "$workspace" "$tango_folder"
}

ensure_pytango10() {
  local requirements=$root/tests/ffi/tango/requirements.txt
  sha256_of "$requirements"
  local venv=$cache/python/pytango-${SHA256:0:16}
  PEWATCH_TANGO_PYTHON10=$venv/bin/python
  [ -e "$venv/ready" ] && has_tango "$PEWATCH_TANGO_PYTHON10" && return 0
  locked make_pytango10 "$venv" "$requirements"
}

make_pytango10() {
  local venv=$1 requirements=$2 python log=$1/log
  python=$(find_python) || { say "Python 3.11 or newer with venv is not there" && return 1; }
  say "setting up PyTango 10 for the tests (once)"
  rm -rf "$venv"
  mkdir -p "$venv"
  logged "$log" "$python" -m venv "$venv" &&
    logged "$log" "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --require-hashes --no-deps \
      --only-binary :all: -r "$requirements" || {
    say "pip failed: $(last_line "$log") ($log)"
    return 1
  }
  : >"$venv/ready"
}
