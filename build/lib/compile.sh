# Makes the executables: what `deno compile` needs, what is embedded, and the zip for Windows.
# shellcheck shell=bash

compile_tools=$root/build/compile
# What the program consists of; deno.json's `compile` names what of it no import leads to.
program_parts="main.ts src ffi plugins config"

# --- The compiler and its base: Deno as an executable without a program in it

# Sets base_kind, is_release (only with the official base), and base_deno, the Deno that compiles: the official base of the project's Deno where Deno's download site is reached,
# else an older one from npm. PEWATCH_BASE=official or npm asks for one of them.
choose_base() {
  read_base_pins
  case ${PEWATCH_BASE:-} in
    official) fetch_official_base || fail "the base of Deno $deno_version cannot be had from Deno's download site" ;;
    npm) use_npm_base ;;
    "") fetch_official_base || use_npm_base ;;
    *) fail 2 "PEWATCH_BASE is $PEWATCH_BASE, but can be official or npm" ;;
  esac
}

use_npm_base() {
  base_kind="Deno $npm_version, taken out of the npm packages ${pins_linux%% *} and ${pins_windows%% *}"
  is_release=no
  base_deno=$cache/compile/${pins_compiler##* }/deno
  [ -x "$base_deno" ] || fetch_from_npm compiler "$base_deno"
}

# Sets npm_version and pins_compiler, pins_linux, pins_windows: "PACKAGE FILE SHA256…".
read_base_pins() {
  local word rest
  while read -r word rest; do
    case $word in
      version) npm_version=$rest ;;
      compiler | linux | windows) printf -v "pins_$word" %s "$rest" ;;
    esac
  done <"$compile_tools/bases.sha256"
}

# target_of SYSTEM: as Rust calls it.
target_of() {
  case $1 in
    linux) echo x86_64-unknown-linux-gnu ;;
    windows) echo x86_64-pc-windows-msvc ;;
  esac
}

# Both systems' or none: two versions in one release would be confusing.
fetch_official_base() {
  local system
  base_kind="official: Deno $deno_version"
  is_release=yes
  base_deno=$DENO
  for system in linux windows; do
    [ -e "$(official_base "$system")" ] || lock_name=lock-compile locked download_base "$system" || return 1
  done
}

official_base() { echo "$cache/compile/denort-$deno_version-$(target_of "$1")"; }

# Deno's site has the checksum beside the file.
download_base() {
  local base file="denort-$(target_of "$1").zip" log program=denort
  base=$(official_base "$1")
  [ ! -e "$base" ] || return 0
  [ "$1" = linux ] || program=denort.exe
  new_workspace
  log=$workspace/log
  (
    cd "$workspace"
    for name in "$file" "$file.sha256sum"; do
      logged "$log" curl --fail --silent --show-error --location --connect-timeout 5 --output "$name" \
        "https://dl.deno.land/release/v$deno_version/$name" || return 1
    done
    sha256_of "$file"
    grep -qi "$SHA256" "$file.sha256sum" || { say "$file is refused, its SHA-256 $SHA256 is not the one beside it" && return 1; }
    logged "$log" python3 -m zipfile -e "$file" . && chmod 755 "$program" && sync "$program"
  ) || return 1
  mkdir -p "${base%/*}"
  mv "$workspace/$program" "$base"
}

# fetch_from_npm WHAT TARGET: a file of a package, by its SHA-256.
fetch_from_npm() { lock_name=lock-compile locked unpack_from_npm "$@" || exit 1; }

unpack_from_npm() {
  [ ! -e "$2" ] || return 0
  local pins package file sum base_sum log
  pins=pins_$1
  read -r package file sum base_sum <<<"${!pins}"
  command -v npm >/dev/null || fail "$package is needed, from npm, which is not there"
  say "fetching $package (once, about 40 MB)"
  new_workspace
  log=$workspace/log
  (cd "$workspace" && logged "$log" npm pack --fetch-retries=1 "$package" && logged "$log" tar -xzf ./*.tgz) ||
    fail "$package cannot be had from npm: $(last_line "$log")"
  check_sum "$workspace/package/$file" "$sum" "$package's $file"
  if [ -n "$base_sum" ]; then
    "$DENO" run -A --no-config "$compile_tools/base.ts" "$workspace/package/$file" "$workspace/base" || fail "$file is not a base"
    check_sum "$workspace/base" "$base_sum" "the base in $file"
    file=../base
  fi
  chmod 755 "$workspace/package/$file"
  mkdir -p "${2%/*}"
  sync "$workspace/package/$file" 2>/dev/null || true
  mv "$workspace/package/$file" "$2"
}

check_sum() {
  sha256_of "$1"
  [ "$SHA256" = "$2" ] || fail "$3 is refused, SHA-256 is $SHA256 but must be $2"
}

# Sets DENORT_BIN.
ensure_base() {
  if [ "$base_deno" = "$DENO" ]; then
    DENORT_BIN=$(official_base "$1")
  else
    local pins=pins_$1
    DENORT_BIN=$cache/compile/${!pins##* }/denort
    [ -x "$DENORT_BIN" ] || fetch_from_npm "$1" "$DENORT_BIN"
  fi
}

# --- What goes into it

# make_stage FOLDER: the sources as they are embedded, and $packages, lines of "NAME VERSION" of the npm packages in it.
make_stage() {
  local part
  mkdir -p "$1/docs"
  for part in $program_parts; do
    cp -R "$root/$part" "$1/"
  done
  cp "$root"/docs/*.md "$1/docs/"
  packages=$("$DENO" run -A --no-config "$compile_tools/stage.ts" "$root" "$1") || fail "the sources cannot be gathered"
}

# hash_stage FOLDER SYSTEM: sets SHA256, of all that decides what the executable is.
hash_stage() {
  hash_folder "$1"
  SHA256=$({ echo "$SHA256 $2 $DENORT_BIN" && cat "$compile_tools"/*.ts "$root/build/lib/compile.sh"; } | sha256sum)
  SHA256=${SHA256%% *}
}

# compile SYSTEM OUTPUT: unless OUTPUT was made from the same.
compile() {
  local system=$1 output=$2 stage=$workspace/$1/pewatch start=$SECONDS log=$cache/compile/$1.log made=$cache/compile/$1.made libraries=()
  make_stage "$stage"
  if [ "$system" = windows ]; then
    add_libraries "$stage"
  fi
  ensure_base "$system"
  add_components "$stage" "$system"
  hash_stage "$stage" "$system"
  local wanted=$SHA256 found="" of=""
  if [ -f "$output" ] && { read -r found of <"$made"; } 2>/dev/null && [ "$found" = "$wanted" ]; then
    sha256_of "$output"
    [ "$SHA256" != "$of" ] || [ ! -f "$(sbom_of "$system")" ] || { say "${output#"$root"/} is up to date" && return 0; }
  fi
  rm -f "$output"
  (cd "$stage" && run_compiler "$(target_of "$system")" "$workspace/$system.out" ${libraries[@]+"${libraries[@]}"}) >"$log" 2>&1 </dev/null ||
    { tail -n 20 "$log" >&2 && fail "${output##*/} cannot be compiled ($log)"; }
  # Deno adds .exe where it is not there.
  [ "$system" != windows ] || { mv "$workspace/$system.out.exe" "$workspace/$system.out" && set_resources "$workspace/$system.out"; }
  sha256_of "$workspace/$system.out"
  mv "$workspace/$system.out" "$output"
  NODE_NO_WARNINGS=1 "$DENO" run -A --frozen --cached-only --config "$root/deno.json" "$compile_tools/sbom.ts" "$stage/licenses/components.json" "$version" \
    "$output" "$(sbom_of "$system")" || fail "the bill of materials of ${output##*/} cannot be written"
  echo "$wanted $SHA256" >"$made"
  say "${output#"$root"/}: $(size_of "$output"), base: ${base_kind#official: } ($((SECONDS - start)) s)"
}

# The bill of materials of an executable, CycloneDX.
sbom_of() { echo "$root/dist/pewatch-$version-$1.cdx.json"; }

# add_components STAGE SYSTEM: licences, and the list of all that is embedded.
add_components() {
  local name prefix_of native=""
  mkdir -p "$1/licenses"
  if [ "$2" = windows ]; then
    native=$windows_libraries
    for name in $windows_libraries; do
      prefix_of=${name}_prefix
      cp "${!prefix_of}/licenses/"* "$1/licenses/"
    done
  fi
  # shellcheck disable=SC2086 # a list of names
  "$DENO" run -A --no-config "$compile_tools/components.ts" "$root" "$1" "$base_kind" $native <<<"$packages" ||
    fail "what is embedded cannot be listed"
}

# add_libraries STAGE: each DLL to the folder in ffi/ that opens it; adds to $libraries what the compiler has to include.
add_libraries() {
  local name prefix_of dll folder
  ensure_windows_libraries
  for name in $windows_libraries; do
    prefix_of=${name}_prefix folder=ffi/${name#pewatch_}
    for dll in "${!prefix_of}"/*.dll; do
      cp "$dll" "$1/$folder/" || fail "${dll##*/} is not there"
      libraries+=(--include "$folder/${dll##*/}")
    done
  done
}

# All packages are in the cache already. Two versions of Deno would each throw the other's away, so only what is from npm is shared.
run_compiler() {
  local target=$1 output=$2 packages_dir=$DENO_DIR/npm
  shift 2
  local own=$cache/compile/deno-dir-${base_deno##*/}-$( [ "$base_deno" = "$DENO" ] && echo "$deno_version" || echo "$npm_version")
  mkdir -p "$own" "$packages_dir"
  [ -e "$own/npm" ] || ln -sfn "$packages_dir" "$own/npm"
  DENO_DIR=$own DENORT_BIN=$DENORT_BIN NO_COLOR=1 "$base_deno" compile --permission-set --no-check --cached-only --frozen --target "$target" \
    --output "$output" "$@" main.ts
}

set_resources() {
  "$DENO" run -A --frozen --cached-only --config "$root/deno.json" "$compile_tools/resources.ts" "$1" "$version" ||
    fail "the icon and the version cannot be set"
}

size_of() { numfmt --to=si --suffix=B --format=%.1f "$(stat -c %s "$1")"; }

# --- The zip

# pack_zip EXECUTABLE ZIP: unless ZIP was packed from the same.
pack_zip() {
  local folder=$workspace/zip/pewatch-$version made=$cache/compile/zip.made
  mkdir -p "$folder/licenses" "$folder/docs"
  cp "$1" "$folder/pewatch.exe"
  cp "$root/LICENSE" "$root/COPYING" "$root/README.md" "$folder/"
  cp "$root"/docs/*.md "$folder/docs/"
  cp "$root/config/pewatch-service.xml" "$folder/"
  cp "$workspace/windows/pewatch/licenses/"* "$folder/licenses/"
  cp "$(sbom_of windows)" "$folder/licenses/"
  [ "$is_release" = yes ] || echo "This is a development build. Its base is ${base_kind}; a release has Deno's own." >"$folder/DEVELOPMENT-BUILD.txt"
  report_package_sizes
  hash_folder "$folder"
  if [ -f "$2" ] && [ "$(cat "$made" 2>/dev/null)" = "$SHA256" ]; then
    say "${2#"$root"/} is up to date"
    return 0
  fi
  rm -f "$2"
  (cd "$workspace/zip" && python3 -m zipfile -c "$workspace/out.zip" "pewatch-$version") || fail "the zip cannot be packed"
  mv "$workspace/out.zip" "$2"
  (cd "${2%/*}" && sha256sum "${2##*/}" >"${2##*/}.sha256")
  echo "$SHA256" >"$made"
  say "${2#"$root"/}: $(size_of "$2")"
}

# hash_folder FOLDER: sets SHA256, of the names and contents in it.
hash_folder() {
  SHA256=$(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  SHA256=${SHA256%% *}
}

# What each package costs: its files, which are embedded as they are.
report_package_sizes() {
  local name version folder total=0 bytes
  while read -r name version; do
    for folder in "$DENO_DIR/npm/"*"/$name/$version"; do
      bytes=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')
      total=$((total + bytes))
      printf '  %9d bytes  %s %s\n' "$bytes" "$name" "$version"
    done
  done <<<"$packages"
  echo "  $total bytes of npm packages are embedded"
}
