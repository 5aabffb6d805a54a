# How a library is built from its sources. Changing this builds all of them anew.
# shellcheck shell=bash disable=SC2034,SC2154 # variables of build/lib/windows_libraries.sh and of the libraries' files
#
# Such a file sets:
#   pool     its folder in Debian's archive      needs    static libraries it takes in, by their names here
#   sums     SHA-256 and name of each file       license  its licence's file in the source
#   dll      the DLL that it gives, if any       tools    Debian packages it needs beside the common ones
#   own      a folder of this project that is its source, instead of pool, sums and license
# and defines build_library, which puts bin/, lib/ and include/ into $prefix. For it there are $source (Debian's patches are applied, and
# build/native/patches/NAME*.patch), $build (an empty folder, where it runs), $jobs, $cross (the toolchain's prefix), $same_paths,
# NAME_prefix of each of `needs`, $windows_version, and the function cross_cmake. It is run with `set -e`.

cross=x86_64-w64-mingw32
# The oldest Windows it has to run on, 7, for _WIN32_WINNT: headers offer what that one has.
windows_version=0x0601

# The upstream source with Debian's patches (security among them) and this project's.
unpack_sources() {
  local sum file archive=$cache/windows/sources series=$source/debian/patches/series line
  [ -z "$own" ] || { cp -R "$root/$own/." "$source/" && return 0; }
  while read -r sum file; do
    case $file in
      *.orig.tar.*) tar -xf "$archive/$file" -C "$source" --strip-components=1 || return 1 ;;
      *.debian.tar.*) tar -xf "$archive/$file" -C "$source" || return 1 ;;
    esac
  done <<<"$sums"
  if [ -f "$series" ]; then
    while read -r line; do
      apply_patch "$source/debian/patches/$line" || return 1
    done < <(sed -E 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$series")
  fi
  for line in "$root/build/native/patches/$name"*.patch; do
    [ ! -e "$line" ] || apply_patch "$line" || return 1
  done
}

apply_patch() {
  patch -d "$source" -p1 --no-backup-if-mismatch -s <"$1" >>"$log" 2>&1 || { say "${1##*/} does not fit ($log)" && return 1; }
}

# For the compiler: no folder of this machine gets into the result.
same_paths="-ffile-prefix-map=${workspace:-}=."

# cross_cmake OPTION…: configures, builds and installs $source.
cross_cmake() {
  cmake -S "$source" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/build/native/toolchain.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_C_FLAGS="$same_paths" -DCMAKE_CXX_FLAGS="$same_paths" "$@"
  ninja -C "$build" -j "$jobs" install
}

# The DLL at the top, and the licences of what it took in.
finish_dll() {
  local needed prefix_of
  cp "$prefix/bin/$dll" "$prefix/$dll" || return 1
  for needed in $needs; do
    prefix_of=${needed}_prefix
    cp "${!prefix_of}/licenses/"* "$prefix/licenses/"
  done
  # Of the compiler's and the C library's start-up code, which -static makes part of it.
  copy_if_there /usr/share/doc/mingw-w64-x86-64-dev/copyright "$prefix/licenses/mingw-w64.txt"
  copy_if_there /usr/share/doc/gcc-mingw-w64-x86-64-posix-runtime/copyright "$prefix/licenses/gcc-runtime.txt"
}

copy_if_there() { [ ! -f "$1" ] || cp "$1" "$2"; }
