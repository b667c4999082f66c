# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cades: a detached signature of a file of 1 GiB : openssl dgst -sha256
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_cades ()
{
  prepare_token
  head -c 1073741824 /dev/urandom >"$files/large.bin"
  "$bench/bench-run" --rounds "${rounds:-7}" --remove "$files/large.bin.p7s" --aim-ratio 1.05 --aim-rss 20 \
    "detached CAdES over 1 GiB : openssl dgst -sha256" \
    -- "$SIGNET_BUILD_ROOT/app/cli/signet" sign --pin-file "$world/pin" "$files/large.bin" -- openssl dgst -sha256 "$files/large.bin"
  rm -f "$files"/large.bin*
}
