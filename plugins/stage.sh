#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stage.sh STAMP FOLDER FILE…: puts a plugin's files where the registry looks for them.
set -eu
stamp=$1 folder=$2
shift 2
mkdir -p "$folder"
for file; do
  # the whole file under its name or not at all: a test may be running the old one
  cp "$file" "$folder/.staging"
  case $file in *.plugin) chmod 644 "$folder/.staging" ;; *) chmod 755 "$folder/.staging" ;; esac
  mv "$folder/.staging" "$folder/$(basename "$file")"
done
: > "$stamp"
