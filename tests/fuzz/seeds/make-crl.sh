#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make-crl.sh TEST-CA: the seeds of fuzz-crl and fuzz-crl.h (whom they are about), made by tests/servers/signet-test-ca. Throw-away keys,
# sample names; run again only to change them: the seeds are kept as they are.
set -euo pipefail
test_ca=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p crl

"$test_ca" init "$work/pki" --crl-url http://lists.sample/ca.crl
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/leaf.key" -subj '/CN=Somebody (sample)' -out "$work/leaf.csr" 2> /dev/null
"$test_ca" issue "$work/pki" --csr "$work/leaf.csr" --out "$work/leaf.pem" --days 9000
serial=$(openssl x509 -in "$work/leaf.pem" -noout -serial | cut -d= -f2)

list () { "$test_ca" crl "$work/pki" --out "crl/$1.der" "${@:2}"; }
list good
for fault in bad-signature only-user other-point some-reasons indirect delta critical-extension critical-entry weak-algorithm; do
  list "$fault" --fault "$fault"
done
"$test_ca" revoke "$work/pki" "$serial" --reason certificateHold
list hold
sed -i 's/certificateHold/removeFromCRL/' "$work/pki/index.txt"
list removed
sed -i 's/removeFromCRL/keyCompromise/' "$work/pki/index.txt"
list revoked
openssl crl -in crl/revoked.der -inform DER -out crl/revoked.pem

for name in leaf ca; do
  file=$work/$name.pem; [ -f "$file" ] || file=$work/pki/$name.pem
  openssl x509 -in "$file" -outform DER -out "$work/$name.der"
done
openssl pkey -in "$work/pki/ca.key" -outform DER -out "$work/key.der"
{
  echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
  echo '/* fuzz-crl.h: made by seeds/make-crl.sh: whom the seeds of fuzz-crl are about, the throw-away key that signs them, and when they were fresh. */'
  echo '#pragma once'
  echo '#include <stdint.h>'
  for name in leaf ca key; do
    echo "static const uint8_t ${name}_der[] = {"
    od -An -v -tx1 -w20 "$work/$name.der" | sed 's/ \(..\)/ 0x\1,/g'
    echo '};'
  done
  echo "#define FRESH INT64_C ($(date +%s))"
} > ../fuzz-crl.h
