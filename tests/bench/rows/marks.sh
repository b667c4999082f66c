# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# marks: 200 PDFs of 100 kB signed with a visible mark in one batch : the same 200 without one
# shellcheck disable=SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_marks ()
{
  local documents=() i
  prepare_token
  mkdir -p "$files/batch" "$files/batch-signed"
  "$SIGNET_TOP/tests/bench/make-pdf.py" 100000 "$files/batch/1.pdf"
  for i in $(seq 200); do [ "$i" -eq 1 ] || cp "$files/batch/1.pdf" "$files/batch/$i.pdf"; documents+=("$files/batch/$i.pdf"); done
  local sign=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" "$SIGNET_BUILD_ROOT/app/cli/signet" sign --module "$module" --pin-file "$world/pin" --output-dir "$files/batch-signed")
  "$bench/bench-run" --rounds "${rounds:-9}" --empty "$files/batch-signed" --documents 200 "a visible mark with Chinese words on 200 PDFs : the same without" \
    -- "${sign[@]}" --visible 'text=签署人 {name}\n{date} {time}' "${documents[@]}" -- "${sign[@]}" "${documents[@]}"
  rm -rf "$files/batch" "$files/batch-signed"*
}
