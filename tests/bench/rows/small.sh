# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# small: a 100 kB PDF signed by a cold process : module loaded, logged in, signed once
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

certificate_sha256 () { signet certificate list --json | sed -n 's/.*"sha256" : "\([0-9a-f]*\)".*/\1/p' | head -n 1; }

bench_small ()
{
  prepare_token
  "$SIGNET_TOP/tests/bench/make-pdf.py" 100000 "$files/small.pdf"
  local sign=("$SIGNET_BUILD_ROOT/app/cli/signet" sign --pin-file "$world/pin" -o "$files/small-signed.pdf" "$files/small.pdf")
  local floor=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" "$bench/floor-token" "$module" 1234)
  "$bench/bench-run" --rounds "${rounds:-25}" --remove "$files/small-signed.pdf" --aim-ratio 1.5 --aim-rss 16 --documents 1 \
    "100 kB PDF signed by a cold process, told the module : the module loaded, logged in, one signature" \
    -- env SOFTHSM2_CONF="$SOFTHSM2_CONF" "${sign[@]}" --module "$module" -- "${floor[@]}"
  # as a script does that knows its certificate; the first run remembers where it is
  "$bench/bench-run" --rounds "${rounds:-25}" --remove "$files/small-signed.pdf" --aim-ratio 1.5 --aim-rss 16 \
    "the same, told the certificate : the module loaded, logged in, one signature" \
    -- "${sign[@]}" --certificate "$(certificate_sha256)" -- "${floor[@]}"
  "$bench/bench-run" --rounds "${rounds:-25}" --remove "$files/small-signed.pdf" \
    "the same, looking through all modules of this computer : the module loaded, logged in, one signature" \
    -- "${sign[@]}" -- "${floor[@]}"
}
