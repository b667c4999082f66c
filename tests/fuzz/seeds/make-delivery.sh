#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# make-delivery.sh: the seeds of fuzz-delivery and the transport key they are encrypted for. Run where they are to lie: tests/fuzz/seeds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$here/delivery
mkdir -p "$out"
cd "$work"
openssl req -x509 -newkey rsa:2048 -nodes -keyout transport.key -out transport.pem -subj '/CN=Transport (sample)' -days 36500 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout signer.key -out signer.pem -subj '/CN=Authority (sample)' -days 36500 2>/dev/null
openssl ecparam -genkey -name prime256v1 -noout | openssl pkcs8 -topk8 -nocrypt -outform DER -out key.der
envelope () { openssl cms -encrypt -binary -outform DER -in "$1" -out "$out/$2" -recip transport.pem "$3"; }
envelope key.der envelope.der -aes-256-cbc
openssl cms -encrypt -binary -outform DER -in key.der -out "$out/by-key-identifier.der" -recip transport.pem -keyid -aes-128-cbc
envelope key.der gcm.der -aes-256-gcm
openssl cms -sign -nodetach -binary -outform DER -in key.der -signer signer.pem -inkey signer.key -out "$out/signed.der"
envelope "$out/signed.der" signed-inside.der -aes-256-cbc
cp key.der "$out/key.der"
printf '\060\201%b' "$(printf '\\%03o' "$(wc -c < key.der)")" | cat - key.der > "$out/package.der"
printf 'no key' > text
envelope text not-a-key.der -aes-256-cbc
{
  echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
  echo '/* fuzz-delivery-key.h: the transport key of the seeds, made by seeds/make-delivery.sh. It protects nothing. */'
  echo '#pragma once'
  echo
  echo '#define FUZZ_DELIVERY_KEY \'
  openssl pkcs8 -topk8 -nocrypt -in transport.key | sed 's/.*/  "&\\n" \\/; $ s/ \\$//'
} > "$here/../fuzz-delivery-key.h"
