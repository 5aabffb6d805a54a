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
  fetch_package Prometheus pool/main/p/prometheus "prometheus_${prometheus_version}_amd64.deb" "$prometheus_sum" \
    "$cache/prometheus/$prometheus_version" ./usr/bin
}
