# Prometheus and promtool, with which the metrics are tested: Debian's, unpacked into the cache and not installed.
# shellcheck shell=bash

prometheus_version=2.42.0+ds-5+deb12u1
prometheus_sum=81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55

# Sets PEWATCH_PROMETHEUS, the folder of both programs; fails, having said why, where they cannot be had.
ensure_prometheus() {
  find_prometheus || { locked fetch_prometheus && find_prometheus; } || return 1
  export PEWATCH_PROMETHEUS
}

find_prometheus() {
  PEWATCH_PROMETHEUS=$cache/prometheus/$prometheus_version/usr/bin
  [ -x "$PEWATCH_PROMETHEUS/prometheus" ]
}

fetch_prometheus() {
  ! find_prometheus || return 0
  local folder=$cache/prometheus/$prometheus_version file=prometheus_${prometheus_version}_amd64.deb
  [ "$(uname -m)" = x86_64 ] || { say "the metrics are tested with Prometheus on x86-64 only" && return 1; }
  say "fetching Prometheus (once)"
  mkdir -p "$cache/prometheus"
  fetch_from_debian pool/main/p/prometheus "$file" "$prometheus_sum" "$cache/prometheus/$file" || return 1
  rm -rf "$folder.part"
  dpkg-deb --fsys-tarfile "$cache/prometheus/$file" | tar -x -C "$(mkdir -p "$folder.part" && echo "$folder.part")" ./usr/bin &&
    mv "$folder.part" "$folder" && rm -f "$cache/prometheus/$file"
}
