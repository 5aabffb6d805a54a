# The stages of build/test. Each prints what it finds and adds to its counts: lines of "PASSED FAILED".
# shellcheck shell=bash

all_stages="lint unit plugins e2e tango windows faults fuzz load bench"
usual_stages="lint unit plugins e2e tango windows faults fuzz load"
# How long each takes on two cores.
usual_minutes="lint:1 unit:4 plugins:3 e2e:3 tango:3 windows:3 faults:6 fuzz:1 load:1"

# usual_time STAGE: ", about N min" where that is known.
usual_time() {
  local one
  for one in $usual_minutes; do
    [ "${one%:*}" != "$1" ] || echo ", about ${one#*:} min"
  done
}

# A hanging test must not hang the machine that runs it; kills and benchmarks take as long as they are asked to.
stage_time_limit_s=1200

# run_stage NAME ARGS…
run_stage() {
  local stage=$1
  shift
  counts=$work/$stage.counts
  : >"$counts"
  "stage_$stage" "$@"
}

count() { echo "$1 $2" >>"$counts"; }

run_deno() {
  NO_COLOR=1 timeout --foreground --kill-after=10 "${limit_s:-$stage_time_limit_s}" "$DENO" "$@" </dev/null
}

stage_lint() {
  check_one "format" run_deno fmt --check
  check_one "lint" run_deno lint
  check_one "types" run_deno check --frozen
  check_one "frozen lock" run_deno install --frozen
  check_one "Markdown" run_deno run -A --frozen --cached-only build/checks/markdown.ts
  check_one "list of messages" run_deno run -A --frozen --cached-only build/messages.ts --check
  check_spelling
  check_one "imports" run_deno run -A --frozen --cached-only build/checks/imports.ts
  check_one "exports" run_deno run -A --frozen --cached-only build/checks/exports.ts
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

# What needs the Windows executable or its libraries is the stage windows' (windows_stage.sh).
stage_unit() {
  run_tests "tests" "tests/plugins,tests/e2e,tests/faults,tests/fuzz,tests/load,tests/bench,tests/data,tests/windows,tests/build/native_test.ts,tests/ffi/tango,tests/tango/served" "$@"
}

# What needs libtango; the rest of tests/tango has a library of its own and is the stage unit's.
# --long makes masses of calls ten times as many.
stage_tango() {
  local rest=()
  while [ $# -gt 0 ]; do
    case $1 in
      --long) export PEWATCH_TANGO_LONG=1 ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  run_tests "tests/ffi/tango tests/tango/served" "tests/data" ${rest[@]+"${rest[@]}"}
}

# They wait for limits of time, and each has workers of its own.
stage_plugins() { run_tests "tests/plugins" "tests/data" "$@"; }

stage_e2e() { run_tests "tests/e2e" "tests/data" "$@"; }

# By itself: a detector's full rate takes what a small machine has.
stage_load() { run_tests "tests/load" "tests/data" "$@"; }

# --kills N is how often a run is killed; --long fails every call in every way, --report FOLDER takes the tables.
stage_faults() {
  local rest=()
  export PEWATCH_KILLS=${PEWATCH_KILLS:-20}
  while [ $# -gt 0 ]; do
    case $1 in
      --kills) PEWATCH_KILLS=${2:?--kills needs a number} && shift ;;
      --kills=*) PEWATCH_KILLS=${1#*=} ;;
      --long) export PEWATCH_FAULTS=long ;;
      --report) export PEWATCH_REPORT=${2:?--report needs a folder} && shift ;;
      --report=*) export PEWATCH_REPORT=${1#*=} ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  local limit_s=0
  # They wait more than they work, and share nothing.
  run_tests "tests/faults" "tests/data" --parallel ${rest[@]+"${rest[@]}"}
}

# Without options a short form; with --sidecars N, --tiffs N … (--help) as long as it is asked to.
stage_fuzz() {
  case "${1:-}" in
    --sidecars* | --tiffs* | --configurations* | --claim-records* | --plugin-files* | --help)
      local limit_s=0
      if run_deno run -A --frozen --cached-only --no-check tests/fuzz/main.ts "$@"; then count 1 0; else count 0 1; fi
      ;;
    *) run_tests "tests/fuzz" "tests/data" "$@" ;;
  esac
}

# run_tests PATHS IGNORED ARGS…: ARGS that name a file or folder are run instead of PATHS, others are for `deno test`.
run_tests() {
  local paths=$1 ignored=$2 argument code=0
  shift 2
  for argument in "$@"; do
    [ ! -e "$argument" ] || paths=""
  done
  # Types are the lint stage's. One file after the other: the tests of one process share one HDF5 library.
  run_deno test -A --frozen --cached-only --no-check --ignore="$ignored" "$@" $paths 2>&1 | tee "$work/${counts##*/}.out" || code=$?
  count_tests "$work/${counts##*/}.out" "$code"
}

# count_tests OUTPUT CODE: from the last line of the form "ok | 3 passed (2 steps) | 0 failed | 1 ignored (5ms)".
count_tests() {
  local summary passed=0 failed=0
  summary=$(grep -aE '^(ok|FAILED) \| [0-9]+ passed.* \| [0-9]+ failed' "$1" | tail -n 1) || true
  if [[ $summary =~ \|\ ([0-9]+)\ passed.*\|\ ([0-9]+)\ failed ]]; then
    passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
  fi
  # A crash, the time limit or no test at all leaves no count of failures.
  if [ "$failed" = 0 ] && { [ "$2" != 0 ] || [ "$passed" = 0 ]; }; then
    echo "the tests did not end as they should: exit code $2, $passed passed"
    failed=1
  fi
  count "$passed" "$failed"
}

# ARGS are names of benchmarks (none: all) and options; --help lists them.
stage_bench() {
  local limit_s=0
  if run_deno run -A --frozen --cached-only tests/bench/main.ts "$@"; then count 1 0; else count 0 1; fi
}
