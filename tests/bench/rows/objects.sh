# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# objects: a PDF of 320 000 objects signed, with a table, with object streams and encrypted : copied and hashed in parallel
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_objects ()
{
  prepare_token
  "$SIGNET_TOP/tests/bench/make-objects.py" 320000 "$files/table.pdf"
  qpdf --object-streams=generate "$files/table.pdf" "$files/streams.pdf"
  qpdf --encrypt '' owner 256 -- "$files/table.pdf" "$files/encrypted.pdf"
  local form
  for form in table streams encrypted; do
    "$bench/bench-run" --rounds "${rounds:-5}" --remove "$files/signed.pdf" --remove "$files/copy.pdf" --aim-rss 128 \
      "320 000 objects ($form) signed by a cold process : the file copied and hashed in parallel" \
      -- "$SIGNET_BUILD_ROOT/app/cli/signet" sign --pin-file "$world/pin" -o "$files/signed.pdf" "$files/$form.pdf" \
      -- "$bench/floor-copy" "$files/$form.pdf" "$files/copy.pdf"
  done
  rm -f "$files"/{table,streams,encrypted}.pdf
}
