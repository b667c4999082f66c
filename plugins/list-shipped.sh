#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# list-shipped.sh FILE ID…: the plugins that came with Signet, one a line; the core asks nobody about these.
set -eu
file=$1
shift
printf '%s\n' "$@" > "$file"
