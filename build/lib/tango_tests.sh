# What the tests of Tango need beside the shim: hosts under sanitizers, clients of other people, a database.
# shellcheck shell=bash

# Sets PEWATCH_TANGO_HOSTS, a folder with the test host of the shim, plain and under each sanitizer, PEWATCH_TANGO_CLIENT_HOSTS, that
# of the client; PEWATCH_TANGO_PYTHON, one that
# has Debian's PyTango; PEWATCH_TANGO_PYTHON10, one that has that of PyPI; PEWATCH_TANGO_JAVA, a folder with the jars of the Java
# client; PEWATCH_TANGO_DATABASE, one with Debian's tango-db. Fails, having said why, where one cannot be had.
ensure_tango_tests() {
  ensure_tango_hosts shim || return 1
  PEWATCH_TANGO_HOSTS=$tango_folder
  ensure_tango_hosts client || return 1
  PEWATCH_TANGO_CLIENT_HOSTS=$tango_folder
  ensure_pytango9 && ensure_pytango10 && ensure_tango_java && ensure_tango_database || return 1
  export PEWATCH_TANGO_HOSTS PEWATCH_TANGO_CLIENT_HOSTS PEWATCH_TANGO_PYTHON PEWATCH_TANGO_PYTHON10 PEWATCH_TANGO_JAVA PEWATCH_TANGO_DATABASE
}

# ensure_tango_hosts shim|client: the library, and its test hosts in $tango_folder.
ensure_tango_hosts() {
  ensure_tango "$1" && tango_hosts_folder "$1" || return 1
  [ -e "$tango_folder/host_tsan" ] || locked build_tango_hosts "$1"
}

build_tango_hosts() {
  [ ! -e "$tango_folder/host_tsan" ] || return 0
  say "building the test host of the Tango $1 (once, some minutes)"
  tango_hosts_folder "$1" && make_tango "$1" hosts
}

tango_hosts_folder() {
  case $1 in
    shim) tango_folder_of shim "$root"/tests/ffi/tango/host/* ;;
    client) tango_folder_of client "$root"/tests/ffi/tango/client_host/* ;;
  esac
}

has_tango() { "$1" -c "import tango" 2>/dev/null; }

ensure_pytango9() {
  PEWATCH_TANGO_PYTHON=/usr/bin/python3
  has_tango "$PEWATCH_TANGO_PYTHON" || { locked install_packages python3-tango && has_tango "$PEWATCH_TANGO_PYTHON"; } || {
    say "the tests need PyTango; type: $(install_command python3-tango python3-pytango)"
    return 1
  }
}

ensure_pytango10() {
  local requirements=$root/tests/ffi/tango/requirements.txt
  sha256_of "$requirements"
  local venv=$cache/python/pytango-${SHA256:0:16}
  PEWATCH_TANGO_PYTHON10=$venv/bin/python
  [ -e "$venv/ready" ] && has_tango "$PEWATCH_TANGO_PYTHON10" && return 0
  locked make_pytango10 "$venv" "$requirements"
}

make_pytango10() {
  local venv=$1 requirements=$2 python
  python=$(find_python) || { say "Python 3.11 or newer with venv is not there" && return 1; }
  say "setting up PyTango 10 for the tests (once)"
  fill_venv "$venv" "$python" "$requirements"
}

# Java compiles the client as it starts it, so all that is kept is what others wrote: known by the list of its hashes.
ensure_tango_java() {
  local pins=$root/tests/tango/served/java
  sha256_of "$pins/jars.sha256"
  PEWATCH_TANGO_JAVA=$cache/java/${SHA256:0:16}
  [ -e "$PEWATCH_TANGO_JAVA" ] && has_java || { lock_name=lock-java locked fetch_tango_java "$pins" && has_java; }
}

# The compiler too: a Java that only runs programs has none.
has_java() { are_there java && java --list-modules 2>/dev/null | grep "^jdk.compiler" >/dev/null; }

fetch_tango_java() {
  local pins=$1
  has_java && are_there mvn || install_packages default-jdk-headless maven || {
    say "the tests need Java and Maven; type: $(install_command "default-jdk-headless maven" "java-21-openjdk-headless maven")"
    return 1
  }
  fetch_jars "the Java client of Tango" "$pins" "$PEWATCH_TANGO_JAVA"
}

# MariaDB's programs without its service, and the database server of Tango out of its package, which would bring a service as well.
ensure_tango_database() {
  find_tango_database || { lock_name=lock-database locked make_tango_database && find_tango_database; }
}

find_tango_database() {
  local version
  has_mariadb && version=$(dpkg-query -W -f '${Version}' libtango9 2>/dev/null) || return 1
  PEWATCH_TANGO_DATABASE=$cache/tango/database-${version//[^a-zA-Z0-9.]/_}
  [ -e "$PEWATCH_TANGO_DATABASE" ]
}

# Not all systems have servers in the PATH of every user.
has_mariadb() { (PATH=$PATH:/usr/sbin && are_there mariadbd mariadb-install-db mariadb); }

make_tango_database() {
  ! find_tango_database || return 0
  has_mariadb && ldconfig -p | grep libmariadb.so.3 >/dev/null || install_packages mariadb-server-core mariadb-client-core libmariadb3 || {
    say "the tests need MariaDB; type: $(install_command "mariadb-server-core mariadb-client-core libmariadb3" mariadb-server)"
    return 1
  }
  ! find_tango_database || return 0
  local log=$cache/tango-db.log
  say "fetching Tango's database server for the tests (once)"
  new_workspace
  : >"$log"
  # apt checks what it downloads, whoever asks.
  (cd "$workspace" && logged "$log" apt-get download tango-db && logged "$log" dpkg-deb -x tango-db_*.deb database) || {
    say "tango-db cannot be had: $(last_line "$log") ($log)"
    return 1
  }
  mkdir -p "$cache/tango"
  mv "$workspace/database" "$PEWATCH_TANGO_DATABASE"
}
