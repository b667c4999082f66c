# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# window: the first painted frame of the window : that of a bare libadwaita window
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_window ()
{
  local frame="env LD_PRELOAD=$bench/libbench-first-frame.so"
  # shellcheck disable=SC2086  # two words: env and its assignment
  GTK_A11Y=none GSK_RENDERER=cairo GSETTINGS_BACKEND=memory xvfb-run -a -s '-screen 0 1280x900x24' dbus-run-session -- \
    "$bench/bench-run" --rounds "${rounds:-15}" --aim-ratio 1.3 "first painted frame of the window : that of a bare libadwaita window" \
    -- $frame "$SIGNET_BUILD_ROOT/app/desktop/signet-desktop" -- $frame "$bench/floor-window"
}
