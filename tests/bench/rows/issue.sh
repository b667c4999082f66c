# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# issue: from the command to an installed certificate, for each protocol; what the server and the token took
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_issue ()
{
  SIGNET_SOURCE_ROOT="$SIGNET_TOP" SIGNET_CLI="$SIGNET_BUILD_ROOT/app/cli/signet" /usr/bin/python3 "$SIGNET_TOP/tests/bench/measure-issue.py" \
    ${rounds:+--rounds "$rounds"}
}
