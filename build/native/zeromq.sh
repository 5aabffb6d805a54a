# ZeroMQ, static: carries cppTango's events.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/z/zeromq3
sums="0ff5a531c9ffaf0dfdc7dc78d13d1383088f454896d252934c429b2554d10559 zeromq3_4.3.4.orig.tar.gz
fbb0dcb4ffbf483d416d9af722db74ad4edd7004625ce10381e8cd3a71b6cd58 zeromq3_4.3.4-6.debian.tar.xz"
license=COPYING.LESSER

build_library() {
  # Only TCP is used: no encryption, no WebSocket, no PGM; its IPC needs an <afunix.h> that mingw-w64 has not.
  cross_cmake -DBUILD_SHARED=OFF -DBUILD_STATIC=ON -DBUILD_TESTS=OFF -DZMQ_BUILD_TESTS=OFF -DWITH_DOCS=OFF -DWITH_PERF_TOOL=OFF \
    -DENABLE_CURVE=OFF -DWITH_LIBSODIUM=OFF -DENABLE_WS=OFF -DWITH_OPENPGM=OFF -DENABLE_CPACK=OFF -DZMQ_HAVE_IPC=OFF \
    -DZMQ_WIN32_WINNT="$windows_version"
}
