# cppzmq: the C++ headers of ZeroMQ that cppTango includes.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/c/cppzmq
sums="c81c81bba8a7644c84932225f018b5088743a22999c6d82a2b5f5cd1e6942b74 cppzmq_4.10.0.orig.tar.gz
ca71f452f6d5c9ca420954ccae45ad8e393b3947f5f5f033876aa83e9a58edd5 cppzmq_4.10.0-1.debian.tar.xz"
license=LICENSE

build_library() {
  install -D -m 644 -t "$prefix/include" "$source"/*.hpp
}
