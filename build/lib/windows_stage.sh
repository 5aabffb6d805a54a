# What the tests of the Windows executable need, and their stage.
# shellcheck shell=bash

# Makes the executables and Wine; fails, having said why, where this machine cannot.
ensure_windows_stage() {
  local obstacle
  obstacle=$(wine_obstacle)
  [ -z "$obstacle" ] || { say "the Windows executable cannot be tested here: $obstacle" && return 1; }
  # Programs of their own: a part that cannot be had ends the program that wants it.
  "$root/build/package" linux windows || return 1
  PEWATCH_WINDOWS_DLLS=$("$root/build/native/windows" | while read -r name folder; do echo "$folder/lib$name.dll"; done | paste -s -d :)
  [ -n "$PEWATCH_WINDOWS_DLLS" ] && export PEWATCH_WINDOWS_DLLS || return 1
  ensure_wine
}

stage_windows() { run_tests "tests/windows tests/build/native_test.ts" "tests/data" "$@"; }
