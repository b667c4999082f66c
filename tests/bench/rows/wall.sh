# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# wall: one signature through the process that holds the module : the same call in this process
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_wall ()
{
  prepare_token
  SOFTHSM2_CONF="$SOFTHSM2_CONF" "$bench/bench-token" sign "${rounds:-200}" "$module" "Bench token" 1234
}
