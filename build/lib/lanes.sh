# Runs the stages that are asked for side by side, and reports what they found and took.
# shellcheck shell=bash

# One more than there are cores: they wait as much as they work.
stages_at_once=${PEWATCH_STAGES_AT_ONCE:-$(($(nproc) + 1))}

is_stage() { [[ " ${stage_names[*]} " == *" $1 "* ]]; }

# run_stages NAMES ARGS…: those of NAMES, or "usual"; the ones that run alone come last.
run_stages() {
  local names=$1 way index running=0
  shift
  if [ "$names" = usual ]; then
    names=""
    for index in "${!stage_names[@]}"; do
      [ "${stage_ways[index]}" = asked ] || names="$names ${stage_names[index]}"
    done
    echo "All stages take 11 to 20 minutes, the first run on a machine up to 90 (it builds what it needs)"
  fi
  asked=$names
  for way in beside alone asked; do
    for index in "${!stage_names[@]}"; do
      [[ " $names " == *" ${stage_names[index]} "* && ${stage_ways[index]} = "$way" ]] || continue
      while [ "$running" -ge "$([ "$way" = beside ] && echo "$stages_at_once" || echo 1)" ]; do
        wait -n || true
        running=$((running - 1))
      done
      start_stage "$index" "$@"
      running=$((running + 1))
    done
  done
  wait || true
}

# A single stage is watched as it goes; of several each is shown when it has ended.
start_stage() {
  local index=$1 minutes=${stage_minutes[$1]} stage_name=${stage_names[$1]} counts=$work/${stage_names[$1]}.counts
  shift
  echo "--- $stage_name begins$([ "$minutes" = any ] || echo ", about $minutes min")"
  : >"$counts"
  if [ "${asked// /}" = "$stage_name" ]; then
    run_stage "$index" "$@" &
  else
    {
      run_stage "$index" "$@" >"$work/$stage_name.log" || echo "$stage_name ended early" >>"$work/$stage_name.log"
      (flock 8 && echo "=== $stage_name, $(minutes_of "$SECONDS") after the start" && cat "$work/$stage_name.log") 8>"$work/print"
    } &
  fi
  groups="$groups $!"
}

# run_stage INDEX ARGS…: after its set-up, whose messages are shown at once.
run_stage() {
  local index=$1 start=$SECONDS need
  # What it starts stays in its process group.
  set +m
  shift
  for need in ${stage_needs[index]}; do
    if ! "ensure_${need%\?}"; then
      # Where a machine cannot have something, what needs it is left out with a word, but never in CI.
      [ "${CI:-}" != true ] || { echo "$stage_name: FAILED, its set-up ${need%\?} is demanded here" && count 0 1; }
      [[ $need != *\? ]] || continue
      [ "${CI:-}" = true ] || { echo "$stage_name: not run" && count 0 0; }
      return 0
    fi
  done
  local set_up=$((SECONDS - start))
  start=$SECONDS
  # shellcheck disable=SC2086 # a command with its arguments
  ${stage_commands[index]} "$@" 2>&1
  local took=$((SECONDS - start))
  # Not in a pipe, which would have times of its own.
  times >"$work/$stage_name.processor"
  echo "$set_up $took $(awk -F '[ms ]+' 'END { print int($1 * 60 + $2 + $3 * 60 + $4) }' "$work/$stage_name.processor")" >"$work/$stage_name.times"
}

minutes_of() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# A table by stage, the slowest tests, and the sum; fails where a test did.
report_stages() {
  local stage_name passed failed set_up took processor all_passed=0 all_failed=0
  printf '\n%-8s %7s %7s %9s %9s %9s\n' stage passed failed time processor set-up
  for stage_name in $asked; do
    # A stage that ended before it counted anything has failed.
    [ -s "$work/$stage_name.counts" ] || echo "0 1" >"$work/$stage_name.counts"
    read -r passed failed < <(awk '{ passed += $1; failed += $2 } END { print passed, failed }' "$work/$stage_name.counts")
    set_up=0 took=0 processor=0
    [ ! -s "$work/$stage_name.times" ] || read -r set_up took processor <"$work/$stage_name.times"
    printf '%-8s %7d %7d %9s %9s %9s\n' "$stage_name" "$passed" "$failed" "$(minutes_of "$took")" "$(minutes_of "$processor")" "$(minutes_of "$set_up")"
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
  done
  printf '%-8s %7d %7d %9s\n\n' all "$all_passed" "$all_failed" "$(minutes_of "$SECONDS")"
  slowest_tests
  echo "$all_passed passed, $all_failed failed"
  [ "$all_failed" = 0 ]
}

# Of whole tests, not of their steps. Each program reads to the end: under pipefail one that stops early would end the run.
slowest_tests() {
  find "$work" -mindepth 2 -maxdepth 2 -name '*.xml' -exec cat {} + |
    sed -nE 's/.*<testcase name="([^"]*)" classname="\.?\/?([^"]*)" time="([0-9.]+)".*/\3 \2: \1/p' |
    sed 's/&apos;/'\''/g; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' |
    sort -rn | awk '!/ > / && $1 >= 1 && ++shown <= 15 { time = $1; $1 = ""; printf "%6.1f s %s\n", time, $0 }'
}
