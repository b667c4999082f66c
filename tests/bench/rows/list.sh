# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# list: a token with 1, 100 and 1000 certificates listed : a C loop on the same module
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

# token_with N: a SoftHSM token of its own that holds N certificates; sets $SOFTHSM2_CONF for whoever is called next
token_with ()
{
  local folder="$world/list-$1"
  list_conf="$folder/softhsm2.conf"
  [ ! -e "$list_conf" ] || return 0
  mkdir -p "$folder/tokens"
  printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n' "$folder/tokens" >"$list_conf"
  SOFTHSM2_CONF="$list_conf" softhsm2-util --init-token --free --label List --pin 1234 --so-pin 1234 >/dev/null
  SOFTHSM2_CONF="$list_conf" "$bench/floor-list" --fill "$1" "$module" 1234 List
}

bench_list ()
{
  local n
  prepare_token
  for n in 1 100 1000; do
    token_with "$n"
    SOFTHSM2_CONF="$list_conf" "$bench/bench-token" list "${rounds:-11}" "$module" List "$bench/floor-list"
  done
  printf '  (1 certificate: what starting a process and asking it costs)\n'
}
