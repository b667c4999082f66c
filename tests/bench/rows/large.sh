# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# large: a PDF of 1 GiB signed into a new file : copied and hashed in parallel, synced and not, and cp + openssl dgst -sha256
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_large ()
{
  prepare_token
  "$SIGNET_TOP/tests/bench/make-pdf.py" 1073741824 "$files/large.pdf"
  local sign=("$SIGNET_BUILD_ROOT/app/cli/signet" sign --pin-file "$world/pin" -o "$files/large-signed.pdf" "$files/large.pdf")
  "$bench/bench-run" --rounds "${rounds:-5}" --remove "$files/large-signed.pdf" --remove "$files/large-copy.pdf" --aim-ratio 1.1 --aim-rss 16 \
    "1 GiB PDF signed into a new file : copied and hashed in parallel" \
    -- "${sign[@]}" -- "$bench/floor-copy" "$files/large.pdf" "$files/large-copy.pdf"
  # A signed file is on the disk before it has its name. What that takes is the disk's, and varies with what else is written to it: so the same is asked of the floor
  "$bench/bench-run" --rounds "${rounds:-5}" --remove "$files/large-signed.pdf" --remove "$files/large-copy.pdf" --aim-ratio 1.1 --aim-rss 16 \
    "1 GiB PDF signed into a new file : copied and hashed in parallel, and synced to the disk" \
    -- "${sign[@]}" -- "$bench/floor-copy" "$files/large.pdf" "$files/large-copy.pdf" sync
  "$bench/bench-run" --rounds "${rounds:-5}" --remove "$files/large-signed.pdf" --remove "$files/large-copy.pdf" --aim-ratio 0.75 \
    "1 GiB PDF signed into a new file : cp + openssl dgst -sha256" \
    -- "${sign[@]}" \
    -- sh -c "cp '$files/large.pdf' '$files/large-copy.pdf' && openssl dgst -sha256 '$files/large.pdf'"
  rm -f "$files"/large*.pdf
}
