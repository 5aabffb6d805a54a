# Brokers that the plugins nats, kafka and wrdn are tested with: fetched into the cache, not installed, no service is started.
# shellcheck shell=bash

nats_version=2.9.10-1+b3
nats_sum=9f69ebb6f612e652382fde175622160dcd81fd97f2356f5da80bb5c3f48513dd

# Sets PEWATCH_NATS_SERVER, Debian's program; fails, having said why, where it cannot be had.
ensure_nats() {
  find_nats || { locked fetch_nats && find_nats; } || return 1
  export PEWATCH_NATS_SERVER
}

find_nats() {
  PEWATCH_NATS_SERVER=$cache/nats/$nats_version/nats-server
  [ -x "$PEWATCH_NATS_SERVER" ]
}

fetch_nats() {
  ! find_nats || return 0
  fetch_package nats-server pool/main/n/nats-server "nats-server_${nats_version}_amd64.deb" "$nats_sum" "$cache/nats/$nats_version" \
    --strip-components=3 ./usr/sbin/nats-server
}

# Sets PEWATCH_KAFKA, a folder with the broker's jars, known by the list of their hashes; fails, having said why, where they cannot be had.
ensure_kafka() {
  local pins=$root/tests/brokers/java
  sha256_of "$pins/jars.sha256"
  PEWATCH_KAFKA=$cache/java/kafka-${SHA256:0:16}
  [ -e "$PEWATCH_KAFKA" ] && are_there java || { lock_name=lock-java locked fetch_kafka "$pins" && are_there java; } || return 1
  export PEWATCH_KAFKA
}

fetch_kafka() {
  are_there java mvn || install_packages default-jdk-headless maven || {
    say "the tests need Java and Maven; type: $(install_command "default-jdk-headless maven" "java-21-openjdk-headless maven")"
    return 1
  }
  fetch_jars "the Kafka broker" "$1" "$PEWATCH_KAFKA"
}
