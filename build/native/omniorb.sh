# omniORB, static: the CORBA of cppTango. Its compiler of interfaces, omniidl, is built too, for this machine: what it writes
# fits the library of its own version only, and Debian 12 has another.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/o/omniorb-dfsg
sums="8df78a896511abedf09ad87eb30c1f50092178ddb19358364234ee5751dbbb3b omniorb-dfsg_4.3.3+ds1.orig.tar.xz
0993bf6123bd22fe374892438ce241d8a789edec953e12379bbf92d3cb27019e omniorb-dfsg_4.3.3+ds1-1.debian.tar.xz"
license=COPYING.LIB
tools="gcc g++ python3 libpython3-dev"

build_library() {
  build_omniidl
  build_orb
  mkdir -p "$prefix/include" "$prefix/lib" "$prefix/tools"
  cp -R "$source"/include/{omniORB4,omnithread,omnithread.h,omniconfig.h,COS} "$prefix/include/"
  cp "$source"/lib/x86_win32/*.a "$prefix/lib/"
  # bin/omniidl finds its modules in the lib/ beside it.
  cp -R "$build/bin" "$build/lib" "$prefix/tools/"
}

build_omniidl() {
  # A patch of Debian's renames this file, but only where Debian makes `configure` from.
  sed -i 's#contrib/pkgconfig/omnithread3.pc#contrib/pkgconfig/omnithread4.pc#g' "$source/configure"
  "$source/configure" PYTHON=/usr/bin/python3
  make -j "$jobs" -C src/tool export
  make -C src/lib/omniORB/python3 export
}

# In the source's own folder: these makefiles know no other. What they start themselves hears of the environment only.
build_orb() {
  export platform=x86_win32_mingw_cross NATIVE_OMNIIDL=$build/bin/omniidl EXTRA_FLAGS=$same_paths OMAKE="make -j $jobs"
  make -j "$jobs" -C "$source/src/lib" export
  make -j "$jobs" -C "$source/src/services" export
}
