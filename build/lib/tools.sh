# Other people's programs that delivered files are checked with: tiffinfo, identify, h5dump.
# shellcheck shell=bash

# Sets PEWATCH_TIFFINFO, PEWATCH_IDENTIFY, PEWATCH_H5DUMP; fails, having said why, where one cannot be had.
ensure_tools() {
  find_tools || { locked install_tools && find_tools; } || return 1
  export PEWATCH_TIFFINFO PEWATCH_IDENTIFY PEWATCH_H5DUMP
}

install_tools() {
  ! find_tools || return 0
  # shellcheck disable=SC2086 # a list of packages
  install_packages $missing_packages && return 0
  say "the tests need other programs; type: $(install_command "$missing_packages" "libtiff-tools hdf5 ImageMagick")"
  return 1
}

find_tools() {
  missing_packages=""
  PEWATCH_TIFFINFO=$(command -v tiffinfo) || missing_packages="$missing_packages libtiff-tools"
  PEWATCH_H5DUMP=$(command -v h5dump) || missing_packages="$missing_packages hdf5-tools"
  # The real program by its own name first: what is called identify or convert may be somebody's stand-in.
  PEWATCH_IDENTIFY=$(command -v /usr/bin/identify-im6.q16 || command -v /usr/bin/identify-im7.q16 || command -v /usr/bin/identify ||
    command -v identify) || missing_packages="$missing_packages imagemagick"
  missing_packages=${missing_packages# }
  [ -z "$missing_packages" ]
}

# Sets PEWATCH_MEMCACHED, the real server that the plugin of that name is tested with; fails, having said why, where it cannot be had.
ensure_memcached() {
  find_memcached || { locked install_memcached && find_memcached; } || return 1
  export PEWATCH_MEMCACHED
}

install_memcached() {
  ! find_memcached || return 0
  install_packages memcached && return 0
  say "the tests of the plugin memcached need its server; type: $(install_command memcached memcached)"
  return 1
}

# Not all systems have it in the PATH of every user.
find_memcached() { PEWATCH_MEMCACHED=$(PATH=$PATH:/usr/bin:/usr/sbin:/usr/local/bin command -v memcached); }
