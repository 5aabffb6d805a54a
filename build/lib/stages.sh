# The stages of build/test. Each prints what it finds and adds to its counts: lines of "PASSED FAILED".
# shellcheck shell=bash

stage_names=() stage_minutes=() stage_ways=() stage_needs=() stage_commands=()

# stage NAME MINUTES WAY NEEDS COMMAND… --: one line makes a stage. MINUTES is how long it takes on two cores. WAY is "beside" where others
# may run at the same time, "alone", or "asked" where it is no part of the usual run. Each word of NEEDS is a set-up, the function
# ensure_WORD; without one that ends with "?" the stage runs all the same. COMMAND gets the arguments of build/test behind "--".
stage() {
  stage_names+=("$1") stage_minutes+=("$2") stage_ways+=("$3") stage_needs+=("$4") stage_commands+=("${*:5}")
}

# They start in this order: what takes longest first.
stage unit 9 beside "readers? memcached? prometheus?" stage_unit tests/cli tests --
stage tango 6 beside "tango_tests" stage_tango tests/tango/served/operations_test.ts tests/tango/served tests/ffi/tango tests/tango/values --
stage faults 4 beside "fault_tools readers?" stage_faults tests/faults --
stage windows 4 beside "windows_stage readers? chromium?" stage_windows tests/windows/kill_test.ts tests/windows tests/build/native_test.ts --
stage plugins 3 beside "" run_tests tests/plugins/harm_test.ts tests/plugins --
stage brokers 2 beside "readers nats kafka mounts?" run_tests tests/brokers/kafka_test.ts tests/brokers --
stage e2e 2 beside "readers" run_tests tests/e2e/readers_test.ts tests/e2e --
stage page 1 beside "chromium readers" run_tests tests/page --
stage fuzz 1 beside "" stage_fuzz tests/fuzz --
stage lint 1 beside "" stage_lint
# A detector's full rate takes what a small machine has.
stage load 1 alone "" stage_load tests/load --
stage bench any asked "readers?" stage_bench tests/bench --

# What belongs to no other stage.
stage_unit() {
  local ignored
  ignored=$(printf '%s\n' "${stage_commands[@]}" | grep -v '^stage_unit ' | grep -o 'tests/[^ ]*')
  run_tests "$@"
}

# The rest of tests/tango has a library of its own and is the stage unit's. --long makes masses of calls ten times as many.
stage_tango() { run_with_options "--long PEWATCH_TANGO_LONG=1" : "$@"; }

# --long: a minute of the full rate instead of half of it.
stage_load() { run_with_options "--long PEWATCH_LOAD_LONG=1" : "$@"; }

# --kills N is how often a run is killed; --long fails every call in every way.
stage_faults() {
  local limit_s=0
  export PEWATCH_KILLS=${PEWATCH_KILLS:-20}
  run_with_options "--kills PEWATCH_KILLS a number" "--long PEWATCH_FAULTS=long" : "$@"
}

# --kills N is how often the executable is killed.
stage_windows() { run_with_options "--kills PEWATCH_KILLS a number" : "$@"; }

# run_with_options OPTIONS… : ARGS…: runs the tests with what is left of ARGS. One of OPTIONS is "--NAME VARIABLE=VALUE", or
# "--NAME VARIABLE WHAT" where a value follows, which is WHAT.
run_with_options() {
  local options=() rest=() option name variable what taken
  while [ "$1" != : ]; do options+=("$1") && shift; done
  shift
  while [ $# -gt 0 ]; do
    taken=""
    for option in "${options[@]}"; do
      read -r name variable what <<<"$option"
      if [ -z "$what" ]; then
        [ "$1" != "$name" ] || { export "${variable?}" && taken=yes && break; }
      elif [ "$1" = "$name" ]; then
        export "$variable=${2:?$name needs $what}" && shift && taken=yes && break
      elif [[ $1 = "$name="* ]]; then
        export "$variable=${1#*=}" && taken=yes && break
      fi
    done
    [ -n "$taken" ] || rest+=("$1")
    shift
  done
  run_tests "${rest[@]}"
}

# Without options a short form; with --sidecars N, --tiffs N … (--help) as long as it is asked to.
stage_fuzz() {
  case "${3:-}" in
    --sidecars* | --tiffs* | --configurations* | --claim-records* | --plugin-files* | --help)
      local limit_s=0
      check_program tests/fuzz/main.ts "${@:3}"
      ;;
    *) run_tests "$@" ;;
  esac
}

# ARGS are names of benchmarks (none: all) and options; --help lists them.
stage_bench() {
  local limit_s=0
  shift 2
  # Where they cannot be had, the benchmarks that need them say so.
  if [[ $# -eq 0 || $* == *tango* || $* == *values* ]]; then ensure_tango_tests || true; fi
  check_program tests/bench/main.ts "$@"
}

check_program() {
  if run_deno run -A --frozen --cached-only --no-check "$@"; then count 1 0; else count 0 1; fi
}

stage_lint() {
  check_one "format" run_deno fmt --check
  check_one "lint" run_deno lint
  check_one "types" run_deno check --frozen
  check_one "frozen lock" run_deno install --frozen
  check_one "Markdown" run_deno run -A --frozen --cached-only build/checks/markdown.ts
  check_one "words of messages" run_deno run -A --frozen --cached-only build/messages.ts --check
  check_spelling
  check_one "imports" run_deno run -A --frozen --cached-only build/checks/imports.ts
  check_one "exports" run_deno run -A --frozen --cached-only build/checks/exports.ts
  check_one "sizes" run_deno run -A --frozen --cached-only build/checks/sizes.ts
  audit_packages
}

# By a list of misspelt words, of which _typos.toml has the exceptions; left out where it cannot be had, but never in CI.
check_spelling() {
  if ensure_spelling; then
    check_one "spelling" "$TYPOS" --format brief
  else
    echo "spelling ... not done, the program could not be installed"
    [ "${CI:-}" != true ] || count 0 1
  fi
}

# Known faults of the npm packages, by the registry's own list; many mirrors of registries have none.
audit_packages() {
  (use_registry_of_npm && run_deno audit) >"$work/audit.out" 2>&1 && echo "audit ... ok" && count 1 0 && return 0
  if grep -qiE "vulnerabilit" "$work/audit.out"; then
    cat "$work/audit.out"
    echo "audit ... FAILED"
    count 0 1
  else
    echo "audit ... not done, no list of advisories can be reached: $(grep -m 1 -iE "error|refused" "$work/audit.out" | sed -E 's#https?://[^ )]*#the registry#')"
  fi
}

# check_one NAME COMMAND…: what it says is shown only when it fails.
check_one() {
  local name=$1
  shift
  if "$@" >"$work/$name.out" 2>&1; then
    echo "$name ... ok"
    count 1 0
  else
    cat "$work/$name.out"
    echo "$name ... FAILED"
    count 0 1
  fi
}
