# libtiff and HDF5 of the system, or the ones that PEWATCH_LIBTIFF and PEWATCH_LIBHDF5 name.
# shellcheck shell=bash

ensure_native_libraries() {
  have_native_libraries || locked install_native_libraries || exit $?
}

have_native_libraries() {
  missing=""
  find_library PEWATCH_LIBTIFF libtiff 'libtiff.so.[0-9]*'
  find_library PEWATCH_LIBHDF5 HDF5 'libhdf5_serial.so.[0-9]*' 'libhdf5.so.[0-9]*'
  [ -z "$missing" ]
}

install_native_libraries() {
  ! have_native_libraries || return 0
  # The tools' packages bring the libraries, and keep their names from one release of Debian and Ubuntu to the next.
  local what=$missing
  install_packages libtiff-tools hdf5-tools && have_native_libraries && return 0
  fail "$what cannot be found in the system's library folders; type: $(install_command "libtiff-tools hdf5-tools" "libtiff hdf5")" \
    "(or name a copy: PEWATCH_LIBTIFF=FILE, PEWATCH_LIBHDF5=FILE)"
}

# find_library VARIABLE NAME PATTERN…: adds NAME to `missing` where it is nowhere.
find_library() {
  local variable=$1 name=$2 named=${!1:-} folder pattern
  shift 2
  case $named in
    "") ;;
    # A bare name is the loader's to find.
    */*) [ -f "$named" ] || fail 2 "$variable names $named as $name, which is not there; correct it, or unset it to use the system's"
      return 0 ;;
    *) return 0 ;;
  esac
  local folders="${LD_LIBRARY_PATH:-}:/usr/lib/$(uname -m)-linux-gnu:/usr/lib64:/usr/lib:/usr/local/lib"
  local IFS=:
  for folder in $folders; do
    [ -n "$folder" ] || continue
    for pattern in "$@"; do
      compgen -G "$folder/$pattern" >/dev/null && return 0
    done
  done
  # Slower, so last: what the loader knows of other folders.
  for pattern in "$@"; do
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep "^[[:space:]]*${pattern%%\[*}" >/dev/null && return 0
  done
  missing=${missing:+$missing and }$name
}
