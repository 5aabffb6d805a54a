# What the fault tests need beside Deno: a program that sees and fails system calls, and a file system that can be frozen.
# shellcheck shell=bash

# What a machine does not allow is left out with a word, but never in CI.
ensure_fault_tools() {
  local obstacle
  ensure_calls || no_faults calls "the program that fails system calls is not there"
  obstacle=$(mount_obstacle)
  if [ -z "$obstacle" ]; then export PEWATCH_MOUNTS=yes; else no_faults mounts "$obstacle"; fi
  # A RAM disk that every Linux has; what is interrupted must not fill it.
  PEWATCH_FAULTS_DIR=$(mktemp -d /dev/shm/pewatch-faults.XXXXXX) && export PEWATCH_FAULTS_DIR
  echo "$PEWATCH_FAULTS_DIR" >"$work/faults_dir"
}

# Sets PEWATCH_MOUNTS where volumes can be mounted for the tests alone; fails, having said why, where they cannot.
ensure_mounts() {
  local obstacle
  obstacle=$(mount_obstacle)
  [ -z "$obstacle" ] || { say "without tests that mount volumes: $obstacle" && return 1; }
  export PEWATCH_MOUNTS=yes
}

# no_faults WHAT REASON
no_faults() {
  echo "faults: without those that need $1: $2"
  [ "${CI:-}" != true ] || { echo "faults: FAILED, they are demanded here" && count 0 1; }
}

# end_faults EXIT_CODE: what a fault test keeps for somebody to look at stays; what it had no time to remove goes.
end_faults() {
  local folder
  read -r folder 2>/dev/null <"$work/faults_dir" || return 0
  case $1 in 130 | 143) rm -rf "${folder:?}" ;; *) rmdir "$folder" 2>/dev/null || true ;; esac
}

# Sets PEWATCH_CALLS, built by the system's compiler; fails, having said why, where it cannot be had.
ensure_calls() {
  SHA256=$({ uname -m && cd "$root/tests/faults" && sha256sum calls/* clock/* disk/*; } | sha256sum) || return 1
  PEWATCH_CALLS=$cache/faults/${SHA256:0:16}/calls
  [ -x "$PEWATCH_CALLS" ] || locked build_calls || return 1
  export PEWATCH_CALLS
}

build_calls() {
  [ ! -x "$PEWATCH_CALLS" ] || return 0
  are_there cc || install_packages gcc libc6-dev || {
    say "the fault tests need a C compiler; type: $(install_command "gcc libc6-dev" gcc)"
    return 1
  }
  local log=$cache/faults.log
  new_workspace
  : >"$log"
  if ! logged "$log" cc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$workspace/calls" "$root"/tests/faults/calls/*.c ||
    ! logged "$log" cc -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -o "$workspace/clock.so" "$root"/tests/faults/clock/*.c ||
    ! logged "$log" cc -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -o "$workspace/slow_disk.so" "$root"/tests/faults/disk/*.c -ldl; then
    say "the fault tests' programs cannot be built: $(grep -m 1 error "$log" || last_line "$log") ($log)"
    return 1
  fi
  mkdir -p "${PEWATCH_CALLS%/*}"
  mv "$workspace/clock.so" "$workspace/slow_disk.so" "${PEWATCH_CALLS%/*}/"
  mv "$workspace/calls" "$PEWATCH_CALLS"
}

# Why volumes cannot be mounted for the tests alone; nothing where they can, and everything for it is there.
mount_obstacle() {
  are_there unshare || { echo "unshare of util-linux is not there" && return; }
  unshare --mount true 2>/dev/null || { echo "this account may not mount, it takes root" && return; }
  [ -c /dev/fuse ] || { echo "this kernel has no FUSE" && return; }
  are_there bindfs || locked install_packages bindfs fuse3 || echo "bindfs is not there; type: $(install_command "bindfs fuse3" bindfs)"
}
