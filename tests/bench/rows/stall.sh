# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# stall: the longest time the window does not react while a module hangs
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_stall ()
{
  local hostile; hostile=$(find "$SIGNET_BUILD_ROOT/tests/token/hostile" -name '*hostile.so' | head -n 1)
  SIGNET_SOURCE_ROOT="$SIGNET_TOP" SIGNET_TEST_HOSTILE="$hostile" "$SIGNET_TOP/tests/desktop/in-a-display" "$SIGNET_TOP/tests/bench/measure-stall.py" \
    2> >(grep -v '^dbus-daemon\|^SpiRegistry\|^X connection' >&2)
}
