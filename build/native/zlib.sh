# zlib, static: part of libtiff and HDF5.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/z/zlib
sums="60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb zlib_1.3.dfsg+really1.3.1.orig.tar.gz"
license=LICENSE

build_library() {
  # Debian's copy has no makefile for Windows, and CMake's would build the DLL and the examples too.
  "$cross-gcc-posix" -O2 "$same_paths" -c "$source"/*.c
  "$cross-ar" rcs libz.a ./*.o
  install -D -m 644 -t "$prefix/lib" libz.a
  install -D -m 644 -t "$prefix/include" "$source/zlib.h" "$source/zconf.h"
}
