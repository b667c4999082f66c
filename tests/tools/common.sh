# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# common.sh: what the verbs of ./dev share: packages, build trees, tests and their count. Sourced, never run.
# Not here: anything a single verb needs alone. $SIGNET_TOP is the top of the source tree.

say ()  { printf '%s\n' "$*" >&2; }
fail () { printf 'dev: %s\n' "$1" >&2; exit "${2:-1}"; }

as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || fail "packages are missing and there is no sudo: as root, run ./dev setup build run test" 69
  sudo "$@"
}

# The names in [GROUP]s of tests/tools/packages, one a line. "one|other" = either will do: Debian releases differ in the name.
list_packages ()
{
  local group
  for group in "$@"; do
    grep -qx "\[$group\]" "$SIGNET_TOP/tests/tools/packages" || fail "no such group of packages: $group" 64
    sed -n "/^\[$group\]\$/,/^\[/{/^[a-z0-9]/p}" "$SIGNET_TOP/tests/tools/packages"
  done | sort -u
}

is_installed () { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Prints what is missing; of "one|other" the first that apt knows.
missing_packages ()
{
  local line name found
  while read -r line; do
    found=
    for name in ${line//|/ }; do if is_installed "$name"; then found=yes; fi; done
    [ -z "$found" ] || continue
    for name in ${line//|/ }; do
      if [ -n "$(apt-cache --quiet=0 madison "$name" 2>/dev/null)" ]; then found=$name; break; fi
    done
    printf '%s\n' "${found:-${line%%|*}}"
  done < <(list_packages "$@")
}

apt_install ()
{
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" >&2 </dev/null
}

install_packages ()
{
  command -v dpkg-query >/dev/null || { say "dev: this is not Debian: see tests/tools/packages for what is needed"; return 0; }
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local name known=yes
  for name in "${missing[@]}"; do [ -n "$(apt-cache madison "$name" 2>/dev/null)" ] || known=; done
  if [ -n "$known" ] && apt_install "${missing[@]}"; then return; fi
  # the package lists are absent or older than the mirror
  as_root apt-get update -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 >&2 </dev/null || fail "apt-get update failed: is the network there?" 69
  mapfile -t missing < <(missing_packages "$@")
  apt_install "${missing[@]}" || fail "could not install: ${missing[*]}" 69
}

# configure_tree FOLDER [MESON OPTION…]
configure_tree ()
{
  local tree="$SIGNET_TOP/$1"; shift
  if [ -e "$tree" ] && [ ! -w "$tree" ]; then fail "$tree belongs to somebody else: remove it, then run this again" 73; fi
  [ -f "$tree/build.ninja" ] || meson setup "$@" "$tree" "$SIGNET_TOP" >&2
  # meson sees a changed meson.build, but not a new folder or fuzz target
  local parts; parts=$(cd "$SIGNET_TOP" && find app plugins data po tests \( -name meson.build -o -name 'fuzz-*.c' \) | sort | cksum)
  if [ -f "$tree/.parts" ] && [ "$parts" != "$(cat "$tree/.parts")" ]; then ninja -C "$tree" reconfigure >&2; fi
  printf '%s\n' "$parts" >"$tree/.parts"
}

# build_tree FOLDER [NINJA TARGET…]
build_tree ()
{
  local tree=$1; shift
  configure_tree "$tree"
  ninja -C "$SIGNET_TOP/$tree" "$@" >&2
}

# run_tests FOLDER [MESON TEST ARGUMENT…]: the last line on stdout is "N passed, N failed, N skipped", from meson's own log.
run_tests ()
{
  local tree="$SIGNET_TOP/$1" status=0; shift
  rm -f "$tree/meson-logs/testlog.json"
  # most tests wait for servers, tokens and windows: two more than there are processors keep these busy
  meson test -C "$tree" --no-rebuild --print-errorlogs --num-processes "${MESON_TESTTHREADS:-$(($(nproc) + 2))}" "$@" </dev/null || status=$?
  "$SIGNET_TOP/tests/tools/count-tests" --exit-status "$status" \
    --expected <(meson test -C "$tree" --no-rebuild --list "$@" 2>/dev/null) "$tree/meson-logs/testlog.json"
}

run_program ()
{
  [ $# -gt 0 ] || fail "run what? e.g. ./dev run signet --help" 64
  local program=$1 build="$SIGNET_TOP/build"; shift
  build_tree build 2>&1 | grep -E '^(FAILED|ninja: error)|error:' >&2 || true
  case "$program" in
    signet) program="$build/app/cli/signet" ;;
    signet-desktop) program="$build/app/desktop/signet-desktop" ;;
  esac
  exec meson devenv -C "$build" --workdir "$PWD" "$program" "$@"
}
