# Independent readers in Python, pinned by hash, in a virtual environment of their own.
# shellcheck shell=bash

# Sets PEWATCH_PYTHON; fails, having said why, where it cannot be had.
ensure_python() {
  requirements=$root/tests/python/requirements.txt
  sha256_of "$requirements"
  # A virtual environment cannot be moved once it is made, so it is built where it stays and counts when it is marked as ready.
  venv=$cache/python/${SHA256:0:16}
  if ! venv_ready; then
    locked make_venv && venv_ready || return 1
  fi
  export PEWATCH_PYTHON=$venv/bin/python PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
  unset PYTHONPATH PYTHONHOME
}

# The readers of delivered files: those in Python, and other people's programs.
ensure_readers() { ensure_python && ensure_tools; }

# It also stops working when the Python that it was made with is replaced.
venv_ready() { [ -e "$venv/ready" ] && "$venv/bin/python" -c "" 2>/dev/null; }

make_venv() {
  ! venv_ready || return 0
  local python
  python=$(find_python) || { install_packages python3 python3-venv && python=$(find_python); } || {
    say "Python 3.11 or newer with venv is not there; type: $(install_command python3-venv python3)"
    return 1
  }
  say "setting up Python's readers for the tests (once, about a minute)"
  fill_venv "$venv" "$python" "$requirements"
}

# Makes the virtual environment $1 by the Python $2 with what $3 pins; it counts once "ready" is in it.
fill_venv() {
  local venv=$1 python=$2 requirements=$3 log=$1/log
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

# Sets TYPOS, the program that checks the spelling; fails, having said why, where it cannot be had.
ensure_spelling() {
  local requirements=$root/build/spelling/requirements.txt
  sha256_of "$requirements"
  local venv=$cache/spelling/${SHA256:0:16}
  TYPOS=$venv/bin/typos
  [ -e "$venv/ready" ] || lock_name=spelling.lock locked make_spelling "$venv" "$requirements"
}

make_spelling() {
  [ ! -e "$1/ready" ] || return 0
  local python
  python=$(find_python) || { say "the spelling check needs Python 3.11 or newer with venv" && return 1; }
  fill_venv "$1" "$python" "$2"
}

find_python() {
  local python
  for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$python" && return 0
  done
  return 1
}
