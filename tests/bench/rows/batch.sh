# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# batch: 200 PDFs of 100 kB signed with one login : 200 signatures in one PKCS#11 session, and in two
# shellcheck disable=SC2034,SC2154  # bench, files, rounds, module and world are of tests/tools/bench

bench_batch ()
{
  local documents=() i slow_rounds=${rounds:-3}
  prepare_token
  mkdir -p "$files/batch" "$files/batch-signed"
  "$SIGNET_TOP/tests/bench/make-pdf.py" 100000 "$files/batch/1.pdf"
  for i in $(seq 200); do [ "$i" -eq 1 ] || cp "$files/batch/1.pdf" "$files/batch/$i.pdf"; documents+=("$files/batch/$i.pdf"); done
  local sign=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" "$SIGNET_BUILD_ROOT/app/cli/signet" sign --module "$module" --pin-file "$world/pin" --output-dir "$files/batch-signed" "${documents[@]}")
  local floor=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" "$bench/floor-token" "$module" 1234 "")
  "$bench/bench-run" --rounds "${rounds:-9}" --empty "$files/batch-signed" --aim-ratio 0.65 --aim-rss 40 \
    "200 PDFs of 100 kB, one login, as many sessions as help : 200 signatures in one session" -- "${sign[@]}" -- "${floor[@]}" 200 1
  "$bench/bench-run" --rounds "${rounds:-9}" "for comparison: 200 signatures in two sessions : in one" -- "${floor[@]}" 200 2 -- "${floor[@]}" 200 1
  "$bench/bench-run" --rounds "${rounds:-9}" --empty "$files/batch-signed" --aim-ratio 1.1 --documents 200 --aim-cpu 0.5 \
    "the same, kept to one session : 200 signatures in one session" -- env SIGNET_SIGNING_SESSIONS=1 "${sign[@]:1}" -- "${floor[@]}" 200 1
  # SoftHSM's signatures take the same processors as everything else; a token has its own
  local shim; shim=$(find "$SIGNET_BUILD_ROOT/tests/token/slow" -name '*slow.so' | head -n 1)
  mkdir -p "$files/slow"
  printf 'sign-20' >"$files/slow/rules"
  local slow=(env SOFTHSM2_CONF="$SOFTHSM2_CONF" SIGNET_TEST_SLOW="$files/slow" SIGNET_TEST_SLOW_MODULE="$module")
  sign=("$SIGNET_BUILD_ROOT/app/cli/signet" sign --module "$shim" --pin-file "$world/pin" --output-dir "$files/batch-signed" "${documents[@]:0:100}")
  "$bench/bench-run" --rounds "$slow_rounds" --empty "$files/batch-signed" --aim-ratio 0.65 \
    "100 PDFs on a token that takes 20 ms and does two things at a time : 100 signatures in one session" \
    -- "${slow[@]}" "${sign[@]}" -- "${slow[@]}" "$bench/floor-token" "$shim" 1234 "" 100 1
  printf 'sign-20 one-by-one' >"$files/slow/rules"
  "$bench/bench-run" --rounds "$slow_rounds" --empty "$files/batch-signed" --aim-ratio 1.1 \
    "100 PDFs on a token that takes 20 ms and does one thing at a time : 100 signatures in one session" \
    -- "${slow[@]}" "${sign[@]}" -- "${slow[@]}" "$bench/floor-token" "$shim" 1234 "" 100 1
  rm -rf "$files/batch" "$files/batch-signed"* "$files/slow"
}
