# Files of Debian's archive, whichever mirror this machine uses.
# shellcheck shell=bash

# Sets DEBIAN_MIRROR, with a slash at its end; fails where this machine has none. PEWATCH_DEBIAN_MIRROR names another.
find_debian_mirror() {
  DEBIAN_MIRROR=${PEWATCH_DEBIAN_MIRROR:-}
  if [ -z "$DEBIAN_MIRROR" ] && command -v apt-get >/dev/null; then
    DEBIAN_MIRROR=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Origin: Debian" "Label: Debian" \
      "Component: main" 2>/dev/null | sed -n 1p)
  fi
  [ -n "$DEBIAN_MIRROR" ] || return 1
  DEBIAN_MIRROR=${DEBIAN_MIRROR%/}/
}

# fetch_package WHAT POOL FILE SHA256 FOLDER TAR_ARGS…: unpacks what TAR_ARGS name of a package for x86-64 into FOLDER, and installs nothing.
fetch_package() {
  local what=$1 pool=$2 file=$3 sum=$4 folder=$5
  shift 5
  [ "$(uname -m)" = x86_64 ] || { say "the tests with $what run on x86-64 only" && return 1; }
  say "fetching $what (once)"
  local archive=${folder%/*}/$file
  rm -rf "$folder.part"
  mkdir -p "$folder.part"
  fetch_from_debian "$pool" "$file" "$sum" "$archive" || return 1
  dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$folder.part" "$@" && mv "$folder.part" "$folder" && rm -f "$archive"
}

# fetch_from_debian POOL FILE SHA256 TARGET: a file of the archive by its place in it. No index is asked, so it is had for as long as
# the mirror keeps it, also when the release has a newer one.
fetch_from_debian() {
  local log=$4.log
  find_debian_mirror || { say "no Debian mirror is known here; PEWATCH_DEBIAN_MIRROR can name one" && return 1; }
  if ! logged "$log" /usr/lib/apt/apt-helper download-file "$DEBIAN_MIRROR$1/${2//+/%2b}" "$4" "SHA256:$3"; then
    say "$2 cannot be had from the Debian mirror: $(grep -m 1 -E '^(E:|  Hash)' "$log" || last_line "$log")"
    rm -f "$4" "$4.FAILED"
    return 1
  fi
}
