# Wine 10 from Debian trixie, in a folder of its own: older releases' Wine cannot run Deno.
# shellcheck shell=bash

# Another recipe is another folder; the number stands for what make_wine does.
wine_recipe="trixie wine64 wine 1"
# What of the machine's own top-level folders is not shown in Wine: there Debian trixie has its own.
wine_own_folders=" bin boot etc lib lib32 lib64 libx32 lost+found run sbin usr var wine "

# Sets WINE_ROOT.
ensure_wine() {
  local hash
  hash=$(echo "$wine_recipe" | sha256sum)
  WINE_ROOT=$cache/wine/${hash:0:16}
  [ -e "$WINE_ROOT/wine/ready" ] || lock_name=lock-wine locked make_wine || return 1
}

# Why not, in one line, where Wine cannot be made or run here; else nothing.
wine_obstacle() {
  if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "it takes Linux on x86_64"
  elif [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    echo "it takes root, or sudo without a password"
  elif ! as_root unshare --mount true 2>/dev/null; then
    echo "this machine allows no mounts (a container without CAP_SYS_ADMIN?)"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

make_wine() {
  [ ! -e "$WINE_ROOT/wine/ready" ] || return 0
  local obstacle made log=$cache/wine.log start=$SECONDS
  obstacle=$(wine_obstacle)
  [ -z "$obstacle" ] || { say "Wine cannot be made here: $obstacle" && return 1; }
  command -v debootstrap >/dev/null || install_packages debootstrap || {
    say "Wine needs debootstrap; type: $(install_command debootstrap debootstrap)" && return 1
  }
  find_debian_mirror || { say "no Debian mirror is known here; PEWATCH_DEBIAN_MIRROR can name one" && return 1; }
  say "making a folder with Debian trixie and Wine (once, about two minutes and 1.5 GB; $log)"
  new_workspace
  made=$workspace/root
  : >"$log"
  # What debootstrap mounts in the folder is seen, and ends, with this process alone: whatever happens, nothing stays mounted in it.
  logged "$log" as_root unshare --mount --propagation private debootstrap --variant=minbase --include=wine64,wine trixie "$made" \
    "$DEBIAN_MIRROR" || { say "debootstrap failed: $(last_line "$log") ($log)" && return 1; }
  as_root mkdir "$made/wine"
  in_wine "$made" / wine wineboot --init >>"$log" 2>&1 </dev/null 9>&- &&
    in_wine "$made" / wineserver --wait >>"$log" 2>&1 </dev/null 9>&- ||
    { say "Wine cannot be started: $(last_line "$log") ($log)" && return 1; }
  as_root rm -rf "$made/var/cache/apt" "$made/var/lib/apt/lists"
  as_root touch "$made/wine/ready"
  mkdir -p "$cache/wine"
  as_root mv "$made" "$WINE_ROOT"
  say "Wine is made ($((SECONDS - start)) s)"
}

# in_wine ROOT FOLDER COMMAND…: runs it in that system, where this machine's folders are shown under their own names: /tmp/x is Z:\tmp\x.
# `wine PROGRAM ARGS…` is such a command.
in_wine() {
  wine_command "$@"
  "${wine_command[@]}"
}

# Sets wine_command, for `exec`. The mounts are that process's own: they end with it, however it ends, and nobody else sees them.
wine_command() {
  wine_command=(unshare --mount --propagation slave bash -c "$wine_enter" wine "$wine_own_folders" "$@")
  [ "$(id -u)" = 0 ] || wine_command=(sudo -n --preserve-env "${wine_command[@]}")
}

# The last step replaces the process: a signal to what the caller started reaches the program itself.
wine_enter='
set -eu
own=$1 wine_root=$2 folder=$3
shift 3
show() { [ -d "$wine_root$1" ] || mkdir -p "$wine_root$1"; mount --rbind "$1" "$wine_root$1"; }
shown=no
for top in /*/; do
  name=${top#/} name=${name%/}
  case "$own" in *" $name "*) continue ;; esac
  [ ! -L "/$name" ] || continue
  show "/$name"
  case "$folder/" in "/$name/"*) shown=yes ;; esac
done
[ "$folder" = / ] || [ "$shown" = yes ] || show "$folder"
export WINEPREFIX=/wine HOME=/wine WINEDEBUG=${WINEDEBUG:--all} LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Wine would look for a screen.
export XDG_RUNTIME_DIR=/wine
unset TMPDIR DISPLAY WAYLAND_DISPLAY
exec chroot "$wine_root" env --chdir="$folder" "$@"
'
