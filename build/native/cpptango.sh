# cppTango, static: what Tango's device servers are made with.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/t/tango
sums="3074dbee1884aebeb871a7de3351e086cb5b2406e0cb20e9928db32a2471c069 tango_10.0.2+dfsg1.orig.tar.xz
c5832250cfb425c2bedf7723941b92e114103ee939bf78ca0639adbf53dcdf9d tango_10.0.2+dfsg1-2+deb13u1.debian.tar.xz"
needs="zeromq cppzmq omniorb"
license=lib/cpp/LICENSE
tools="python3"

build_library() {
  local library modules=()
  # CMake's modules want each library under its name and, if it is static, under a second.
  for library in omniORB4:omniorb/libomniORB4 omniORB4_thread:omniorb/libomnithread omniORB4_COS4:omniorb/libCOS4 \
    omniORB4_Dynamic4:omniorb/libomniDynamic4 ZeroMQ:zeromq/libzmq; do
    add_module "${library%:*}" "${library#*:}"
  done
  # The interface that omniidl translates is a project of its own in this source.
  cmake -S "$source/lib/idl" -B "$build/idl" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/build/native/toolchain.cmake" \
    -DCMAKE_INSTALL_PREFIX="$build/interface"
  cmake --install "$build/idl"
  source=$source/lib/cpp build=$build/cpp
  # pkg-config would offer this machine's libraries. The checks of ZeroMQ's version fail with a static one; it is pinned anyway.
  cross_cmake -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DTANGO_USE_JPEG=OFF -DTANGO_USE_TELEMETRY=OFF -DPKG_CONFIG_FOUND=OFF \
    "${modules[@]}" -DomniORB4_INCLUDE_DIR="$omniorb_prefix/include" -DOMNIORB_PKG_VERSION=4.3.3 \
    -DOMNIIDL="$omniorb_prefix/tools/bin/omniidl" -Dtangoidl_DIR="$build/../interface/lib/cmake/tangoidl" \
    -DZeroMQ_INCLUDE_DIR="$zeromq_prefix/include" -DTANGO_ZMQ_USABLE_VERSION=1 -DTANGO_CPPZMQ_USABLE_VERSION=1 \
    -Dcppzmq_INCLUDE_DIR="$cppzmq_prefix/include" -Dcppzmq_INCLUDE_FILE="$cppzmq_prefix/include/zmq.hpp" \
    -DCMAKE_CXX_FLAGS="$same_paths -ffile-prefix-map=${omniorb_prefix%/*}=. -D_WIN32_WINNT=$windows_version -DZMQ_STATIC" -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG"
}

# add_module NAME LIBRARY/FILE: adds it to $modules.
add_module() {
  local prefix_of=${2%/*}_prefix
  local file=${!prefix_of}/lib/${2#*/}.a
  modules+=("-D$1_LIBRARY_RELEASE=$file" "-D$1_static_LIBRARY_RELEASE=$file")
}
