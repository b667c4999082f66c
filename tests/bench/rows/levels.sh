# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# levels: a file lifted to B-LT with three answers 100 ms away : the slowest of them alone
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_levels ()
{
  local servers="$SIGNET_BUILD_ROOT/tests/servers"
  SIGNET_TEST_OCSP="$servers/signet-test-ocsp" SIGNET_TEST_TSA="$servers/signet-test-tsa" "$SIGNET_BUILD_ROOT/tests/signing/measure-levels" 100
}
