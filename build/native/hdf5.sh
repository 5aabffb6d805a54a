# HDF5, its C library, thread-safe.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/h/hdf5
sums="71cdb04c151ef4e8a7f88907adfc4f3b75afd44e96fbd55775e1c9d7c4e7c112 hdf5_1.14.5+repack.orig.tar.gz
284992575afb8755dd4ede8f75e2b83ac8d39644551665d94f7a0339f9eebca5 hdf5_1.14.5+repack-3.debian.tar.xz"
needs="zlib"
license=COPYING
dll=libhdf5.dll

build_library() {
  # HDF5's own form without the summary of the build: the date and this machine's folders and kernel.
  cp "$source/src/H5build_settings.off.c.in" "$source/src/H5build_settings.cmake.c.in"
  cross_cmake -DBUILD_SHARED_LIBS=ON -DBUILD_STATIC_LIBS=OFF -DBUILD_TESTING=OFF -DHDF5_ENABLE_THREADSAFE=ON \
    -DHDF5_BUILD_TOOLS=OFF -DHDF5_BUILD_EXAMPLES=OFF -DHDF5_BUILD_HL_LIB=OFF -DHDF5_BUILD_CPP_LIB=OFF \
    -DHDF5_BUILD_FORTRAN=OFF -DHDF5_BUILD_JAVA=OFF -DHDF5_ENABLE_PARALLEL=OFF -DHDF5_ENABLE_SZIP_SUPPORT=OFF \
    -DHDF5_ENABLE_Z_LIB_SUPPORT=ON -DZLIB_USE_EXTERNAL=OFF \
    -DZLIB_LIBRARY="$zlib_prefix/lib/libz.a" -DZLIB_INCLUDE_DIR="$zlib_prefix/include"
}
