# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# plug: a token that comes or goes : how long until it is listed
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_plug ()
{
  prepare_token
  "$bench/bench-token" plug "${rounds:-9}" "$XDG_DATA_HOME/signet/software-token"
}
