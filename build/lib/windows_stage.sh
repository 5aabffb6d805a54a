# What the tests of the Windows executable need.
# shellcheck shell=bash

# Makes the executables and Wine; fails, having said why, where this machine cannot.
ensure_windows_stage() {
  local obstacle
  obstacle=$(wine_obstacle)
  [ -z "$obstacle" ] || { say "the Windows executable cannot be tested here: $obstacle" && return 1; }
  # Programs of their own: a part that cannot be had ends the program that wants it.
  "$root/build/package" linux windows || return 1
  PEWATCH_WINDOWS_DLLS=$("$root/build/native/windows" | while read -r _ folder; do echo "$folder"/*.dll; done | paste -s -d :)
  [ -n "$PEWATCH_WINDOWS_DLLS" ] && export PEWATCH_WINDOWS_DLLS || return 1
  ensure_wine && ensure_tango_clients
}

# Of the device that the executable serves.
ensure_tango_clients() {
  ensure_pytango9 && ensure_pytango10 && ensure_tango_database || return 1
  export PEWATCH_TANGO_PYTHON PEWATCH_TANGO_PYTHON10 PEWATCH_TANGO_DATABASE
}
