#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# test-completions.sh COMPLETION SIGNET: what bash offers after some lines a person may have typed.
set -u
completion=$1; folder=$(dirname "$2"); failed=0
export PATH="$folder:$PATH"
XDG_DATA_HOME=$(mktemp -d); export XDG_DATA_HOME; trap 'rm -rf "$XDG_DATA_HOME"' EXIT
# shellcheck source=/dev/null
. "$completion"

# offers LINE WORD…: after LINE each WORD is among what is offered
offers ()
{
  local line=$1 word; shift
  # shellcheck disable=SC2206
  COMP_WORDS=($line); [[ $line != *' ' ]] || COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _signet
  for word in "$@"; do
    [[ " ${COMPREPLY[*]} " == *" $word "* ]] || { echo "after '$line': no '$word' in: ${COMPREPLY[*]}"; failed=1; }
  done
}

offers 'signet ' sign verify token certificate request authority plugin journal help --version
offers 'signet si' sign
offers 'signet token ' list init change-pin unblock remove modules doctor
offers 'signet token doctor --' --test-signature --verbose
offers 'signet token unblock --' --puk-file --so-pin-file --new-pin-file --spend-last-try
offers 'signet token ch' change-pin
offers 'signet sign --' --reason --pin-file --output-dir --json
offers 'signet sign --format ' pades cades
offers 'signet verify --t' --trust
offers 'signet request new --a' --authority --accept-terms
offers 'signet certificate export --d' --der
offers 'signet certificate ' import delete
offers 'signet certificate import --' --passphrase-file --replace --chain
offers 'signet certificate delete --' --with-key --yes
[ $failed -eq 0 ] && echo 'all offered'
exit $failed
