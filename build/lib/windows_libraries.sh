# Cross-builds what the Windows program needs of native libraries; each is described by one file in build/native.
# shellcheck shell=bash disable=SC2034 # variables for build/native/*.sh

# build/native/recipe.sh says how such a file is written.

. "$root/build/native/recipe.sh"

toolchain_packages="gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix binutils-mingw-w64-x86-64 mingw-w64-x86-64-dev"
build_packages="cmake ninja-build make patch xz-utils bzip2"
# The DLLs, in the order in which they are built.
windows_libraries="tiff hdf5 pewatch_tango"

# Sets NAME_prefix for each of the libraries (default: all) and what they need; builds what is not in the cache.
ensure_windows_libraries() {
  local name
  # What is locked is a process of its own: the version has to be read here too.
  have_toolchain || { lock_name=lock-windows locked install_toolchain && have_toolchain; } || exit 1
  for name in ${*:-$windows_libraries}; do
    ensure_windows_library "$name"
  done
}

have_toolchain() {
  are_there "$cross-gcc-posix" "$cross-g++-posix" cmake ninja make patch xz bzip2 && read_toolchain_version
}

install_toolchain() {
  have_toolchain && return 0
  # shellcheck disable=SC2086 # lists of packages
  install_packages $toolchain_packages $build_packages && have_toolchain && return 0
  fail "the Windows libraries are built with mingw-w64; type: $(install_command "$toolchain_packages $build_packages" \
    "mingw64-gcc mingw64-gcc-c++ cmake ninja-build")"
}

# Two compilers of one version are not the same one in Debian: the packages' versions say more.
read_toolchain_version() {
  toolchain_version=$(dpkg-query -W -f '${Package}=${Version} ' $toolchain_packages 2>/dev/null) ||
    toolchain_version=$("$cross-gcc-posix" -v 2>&1 | tail -n 1)
}

ensure_windows_library() {
  local name=$1 needed
  for needed in $(needs_of "$name"); do
    ensure_windows_library "$needed"
  done
  hash_windows_library "$name"
  local folder=$cache/windows/$name-${library_hash:0:16}
  printf -v "${name}_prefix" %s "$folder"
  # A lock of its own, since others need not wait for minutes.
  [ -e "$folder/ready" ] || lock_name=lock-windows-$name locked build_windows_library "$name" "$folder" || exit 1
}

needs_of() (
  needs=""
  . "$root/build/native/$1.sh"
  echo "$needs"
)

own_of() (
  own="" also=""
  . "$root/build/native/$1.sh"
  echo "$own $also"
)

# Sets library_hash: of all that decides what comes out.
hash_windows_library() {
  local needed prefix_of own description="$toolchain_version"
  local files=("$root/build/native/$1.sh" "$root/build/native/recipe.sh" "$root/build/native/toolchain.cmake")
  for needed in $(needs_of "$1"); do
    prefix_of=${needed}_prefix
    description="$description ${!prefix_of##*/}"
  done
  for needed in "$root/build/native/patches/$1"*.patch; do
    [ ! -e "$needed" ] || files+=("$needed")
  done
  own=$(own_of "$1")
  for needed in $own; do
    files+=("$root/$needed"/*.{cpp,h})
  done
  library_hash=$({ echo "$description" && cat "${files[@]}"; } | sha256sum)
}

build_windows_library() {
  local name=$1 folder=$2
  [ ! -e "$folder/ready" ] || return 0
  local pool="" sums="" needs="" license="" dll="" tools="" own="" also=""
  . "$root/build/native/$name.sh"
  # shellcheck disable=SC2086 # a list of packages
  [ -z "$tools" ] || dpkg -s $tools >/dev/null 2>&1 || install_packages $tools || fail "$name needs: $(install_command "$tools" "$tools")"
  new_workspace
  local source=$workspace/source build=$workspace/build prefix=$workspace/prefix jobs=${PEWATCH_JOBS:-$(nproc)}
  local log=$cache/windows/$name.log start=$SECONDS
  mkdir -p "$source" "$build" "$prefix/licenses" "$cache/windows"
  say "building $name for Windows (once, $log)"
  : >"$log"
  fetch_sources && unpack_sources || fail "the sources of $name are not there"
  # A shell of its own: `set -e` does not hold in what is called from here, since somebody above asks how it ended.
  export root source build prefix workspace jobs cross $(compgen -v | grep '_prefix$')
  bash -euo pipefail -c '. "$root/build/native/recipe.sh"; . "$root/build/native/$1.sh"; cd "$build"; build_library' \
    build "$name" >>"$log" 2>&1 </dev/null 9>&- || fail "$name cannot be built: $(last_line "$log") ($log)"
  { [ -n "$own" ] || cp "$source/$license" "$prefix/licenses/$name.txt"; } && { [ -z "$dll" ] || finish_dll; } || fail "$name is not complete ($log)"
  : >"$prefix/ready"
  # On disk before it has its name.
  sync -f "$prefix/ready" 2>/dev/null || true
  rm -rf "$folder"
  mv "$prefix" "$folder" || fail "$folder cannot be made"
  say "$name is built ($((SECONDS - start)) s)"
}

# Each file of $sums, checked, into the cache and from there.
fetch_sources() {
  local sum file archive=$cache/windows/sources
  mkdir -p "$archive"
  while read -r sum file; do
    [ -n "$file" ] || continue
    if [ -f "$archive/$file" ]; then
      sha256_of "$archive/$file" && [ "$SHA256" = "$sum" ] && continue
    fi
    fetch_from_debian "$pool" "$file" "$sum" "$workspace/$file" || return 1
    sha256_of "$workspace/$file"
    [ "$SHA256" = "$sum" ] || { say "$file is refused, SHA-256 is $SHA256 but must be $sum" && return 1; }
    mv "$workspace/$file" "$archive/$file"
  done <<<"$sums"
}
