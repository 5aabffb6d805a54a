# The Tango shim and the Tango client of ffi/tango with all of cppTango in it, so that it needs system DLLs only: one DLL, since cppTango
# is most of it.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
own=ffi/tango/shim
also=ffi/tango/client
needs="zeromq cppzmq omniorb cpptango"
dll=pewatch_tango.dll

build_library() {
  # What the static libraries were built with; their headers are not the same without. They are not ours: no warnings of them.
  local definitions="-D_WIN32_WINNT=$windows_version -DZMQ_STATIC -D_WINSTATIC -D__x86__ -D__NT__ -D__WIN32__ -D__OSVERSION__=4"
  local warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
  # shellcheck disable=SC2206 # lists of options
  local compile=("$cross-g++-posix" -std=c++17 -O2 $warnings $definitions "$same_paths" "-ffile-prefix-map=${cpptango_prefix%/*}=."
    -isystem "$cpptango_prefix/include/tango" -isystem "$cpptango_prefix/include" -isystem "$omniorb_prefix/include"
    -isystem "$cppzmq_prefix/include" -isystem "$zeromq_prefix/include")
  # Reading cppTango's headers takes far longer than compiling a file of the shim.
  echo '#include <tango.h>' >precompiled.h
  "${compile[@]}" -x c++-header precompiled.h
  local file
  cp -R "$root/$also" "$source/client"
  # Two files of one name are two objects.
  for file in "$source"/*.cpp "$source"/client/*.cpp; do
    printf '%s\0' "$file" -o "$(basename "${file%/*}")_$(basename "$file" .cpp).o"
  done | xargs -0 -n 3 -P "$jobs" "${compile[@]}" -include precompiled.h -c
  mkdir -p "$prefix/bin"
  # The first definition counts: see startup_errors.cpp.
  "$cross-g++-posix" -shared -static -s -Wl,--no-insert-timestamp -Wl,--allow-multiple-definition -o "$prefix/bin/$dll" ./*.o \
    "$cpptango_prefix/lib/libtango-static.a" "$omniorb_prefix/lib/"lib{COS4,omniDynamic4,omniORB4,omnithread,msvcstub}.a \
    "$zeromq_prefix/lib/libzmq.a" \
    -lws2_32 -liphlpapi -lrpcrt4 -lmswsock -ladvapi32 -lcomctl32 -lgdi32 -luser32
}
