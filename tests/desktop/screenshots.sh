#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# screenshots: pictures of the window in the states a person meets: light, dark, narrow, large text, Chinese. For looking at, not a test.
# usage: [SIGNET_ONLY="start-tokens …"] tests/desktop/screenshots.sh [FOLDER]     (default build/tests/desktop/screenshots)
# Needs a built tree; Cantarell, Noto CJK and the locale zh_CN.UTF-8 make the pictures as most people see them.
set -euo pipefail
SIGNET_TOP=$(cd "$(dirname "$0")/../.." && pwd)
export SIGNET_TOP
build=${SIGNET_BUILD_ROOT:-$SIGNET_TOP/build}
export SIGNET_PICTURES=${1:-$build/tests/desktop/screenshots}
mkdir -p "$SIGNET_PICTURES"

shots () # NAME SIZE [VARIABLE=VALUE…]
{
  local name=$1 size=$2; shift 2
  env "$@" meson devenv -C "$build" --workdir "$SIGNET_TOP" \
    "$SIGNET_TOP/tests/desktop/in-a-display" "$size" /usr/bin/python3 "$SIGNET_TOP/tests/desktop/screenshots.py" "$name"
}

shots light 1000x700
shots dark 1000x700 SIGNET_LOOK=dark
shots narrow 400x760
shots large 1000x760 SIGNET_LOOK=large
# a Chinese locale of our own where the system has none
locale=$(mktemp -d)
trap 'rm -rf "$locale"' EXIT
if localedef -i zh_CN -f UTF-8 "$locale/zh_CN.UTF-8" 2>/dev/null; then
  shots zh 1000x700 SIGNET_LOOK=zh SIGNET_CHINESE=zh_CN.UTF-8 LOCPATH="$locale"
else
  shots zh 1000x700 SIGNET_LOOK=zh
fi
printf '%s\n' "$SIGNET_PICTURES"
