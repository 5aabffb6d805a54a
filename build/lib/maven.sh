# Jars of Maven Central that tests use.
# shellcheck shell=bash

# fetch_jars WHAT PINS FOLDER: those that PINS/pom.xml names with what they need, checked by PINS/jars.sha256.
fetch_jars() {
  local what=$1 pins=$2 folder=$3 log=$cache/maven.log
  [ ! -e "$folder" ] || return 0
  say "fetching $what for the tests (once)"
  new_workspace
  : >"$log"
  # A repository of its own: nothing of the user's is changed, and nothing in it is taken for what is pinned.
  logged "$log" mvn --batch-mode --strict-checksums -f "$pins/pom.xml" -Dmaven.repo.local="$workspace/repository" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory="$workspace/jars" || {
    say "Maven failed: $(grep -m 1 -F '[ERROR]' "$log" || last_line "$log") ($log)"
    return 1
  }
  (cd "$workspace/jars" && logged "$log" sha256sum --check --quiet "$pins/jars.sha256") || {
    say "Maven fetched something else than $pins/jars.sha256 lists: $(last_line "$log") ($log)"
    return 1
  }
  mkdir -p "$cache/java"
  mv "$workspace/jars" "$folder"
}
