# Runs test files, each in a process of its own: libraries, working folder and what a crash takes with it are then one file's.
# shellcheck shell=bash

# Of one stage; other stages run at the same time.
files_at_once=${PEWATCH_FILES_AT_ONCE:-$(nproc)}

# A hanging test must not hang the machine that runs it; kills and benchmarks take as long as they are asked to.
file_time_limit_s=1200

count() { echo "$1 $2" >>"$counts"; }

run_deno() {
  # With PEWATCH_SLOW_DISK_MS all that it starts has a slow disk: tests/faults/disk.
  local slow=""
  [ -z "${PEWATCH_SLOW_DISK_MS:-}" ] || { ensure_calls && slow=${PEWATCH_CALLS%/*}/slow_disk.so; }
  NO_COLOR=1 ${slow:+env LD_PRELOAD="$slow"} timeout --foreground --kill-after=10 "${limit_s:-$file_time_limit_s}" "$DENO" "$@" </dev/null
}

# run_tests PATH… -- ARGS…: the test files in PATHs, those that are named first begin first, without what $ignored has. ARGS that name a
# file or folder are run instead of PATHs, others are for `deno test`.
run_tests() {
  local paths=() named=() options=() files=() file running=0 code=0
  while [ "$1" != -- ]; do
    paths+=("$1")
    shift
  done
  shift
  for file in "$@"; do
    if [ -e "$file" ]; then named+=("${file%/}"); else options+=("$file"); fi
  done
  [ ${#named[@]} = 0 ] || paths=("${named[@]}")
  mapfile -t files < <(test_files "${paths[@]}")
  mkdir "$work/$stage_name"
  if [ ${#files[@]} = 1 ]; then
    test_file "${files[0]}" | tee "$work/$stage_name/only"
  else
    for file in ${files[@]+"${files[@]}"}; do
      while [ "$running" -ge "$files_at_once" ]; do
        wait -n || true
        running=$((running - 1))
      done
      # What one says stays together.
      { test_file "$file" >"$work/$stage_name/${file//\//,}" || true; flock "$work/$stage_name.print" cat "$work/$stage_name/${file//\//,}"; } &
      running=$((running + 1))
    done
    wait || true
  fi
  # Of a name that is looked for, most files have none; but nothing at all is no result.
  awk '{ sum += $1 + $2 } END { exit sum > 0 }' "$counts" && echo "no test was run" && count 0 1
  return 0
}

# test_files PATH…: each once.
test_files() {
  local path
  for path in "$@"; do
    if [ -d "$path" ]; then find "$path" -name '*_test.ts' -not -path 'tests/data/*' | sort; else echo "$path"; fi
  done | awk -v ignored="${ignored:-}" '
    BEGIN { count = split(ignored, folder, "\n") }
    seen[$0]++ { next }
    { for (i = 1; i <= count; i++) if ($0 == folder[i] || index($0, folder[i] "/") == 1) next; print }'
}

# Types are the lint stage's.
test_file() {
  local said=$work/$stage_name/${1//\//,}.said code=0
  run_deno test -A --frozen --cached-only --no-check --junit-path="$work/$stage_name/${1//\//,}.xml" ${options[@]+"${options[@]}"} "$1" 2>&1 |
    tee "$said" || code=$?
  count_tests "$said" "$code"
}

# count_tests OUTPUT CODE: from the last line of the form "ok | 3 passed (2 steps) | 0 failed | 1 ignored (5ms)".
count_tests() {
  local summary passed=0 failed=0
  summary=$(grep -aE '^(ok|FAILED) \| [0-9]+ passed.* \| [0-9]+ failed' "$1" | tail -n 1) || true
  if [[ $summary =~ \|\ ([0-9]+)\ passed.*\|\ ([0-9]+)\ failed ]]; then
    passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
  fi
  # A crash or the time limit leaves no count of failures; a file of ignored or filtered tests has none that passed.
  if [ "$failed" = 0 ] && { [ "$2" != 0 ] || [ -z "$summary" ]; }; then
    echo "the tests did not end as they should: exit code $2, $passed passed"
    failed=1
  fi
  count "$passed" "$failed"
}
