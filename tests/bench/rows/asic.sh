# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# asic: 1000 files of 10 kB put into one container and signed : zip -0 of them; the container verified : unzip -tq
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_asic ()
{
  prepare_token
  mkdir -p "$files/asic"
  /usr/bin/python3 -c "import os, sys
for i in range(1000): open('%s/document-%04d.bin' % (sys.argv[1], i), 'wb').write(os.urandom(10000))" "$files/asic"
  local documents=("$files/asic/"*)
  local sign=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" "$SIGNET_BUILD_ROOT/app/cli/signet" sign --module "$module" --pin-file "$world/pin")
  "$bench/bench-run" --rounds "${rounds:-11}" --remove "$files/x.asice" --remove "$files/x.zip" --aim-ratio 1.5 --aim-rss 20 \
    "1000 files of 10 kB in one ASiC-E, signed by a cold process : zip -0" \
    -- "${sign[@]}" --format asice -o "$files/x.asice" "${documents[@]}" -- zip -0qX "$files/x.zip" "${documents[@]}"
  "${sign[@]}" --format asice -o "$files/y.asice" "${documents[@]}" >/dev/null
  "$bench/bench-run" --rounds "${rounds:-11}" --aim-ratio 1.5 --aim-rss 20 \
    "the same verified, offline : unzip -tq" \
    -- "$SIGNET_BUILD_ROOT/app/cli/signet" verify --offline "$files/y.asice" -- unzip -tq "$files/y.asice"
  "$bench/bench-run" --rounds "${rounds:-11}" --remove "$files/x.asice" --aim-ratio 1.5 --aim-rss 20 \
    "the same signed once more : cp" \
    -- "${sign[@]}" -o "$files/x.asice" "$files/y.asice" -- cp "$files/y.asice" "$files/y.copy"
  "$bench/bench-run" --rounds "${rounds:-11}" --remove "$files/x.asice" --remove "$files/x.zip" \
    "1000 files of 10 kB in one ASiC-E with CAdES : zip -0" \
    -- "${sign[@]}" --format asice-cades -o "$files/x.asice" "${documents[@]}" -- zip -0qX "$files/x.zip" "${documents[@]}"
  rm -rf "$files/asic" "$files"/[xy].*
}
