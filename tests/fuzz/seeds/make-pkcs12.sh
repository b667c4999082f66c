#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# make-pkcs12.sh: the seeds of fuzz-pkcs12, with throw-away keys; the passphrase is "sample". Run it in this folder.
set -eu
out=$(cd "$(dirname "$0")" && pwd)/pkcs12
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 36500 -subj '/CN=Sample Authority' 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout person.key -out person.csr -subj '/CN=Sample Person' 2>/dev/null
openssl x509 -req -in person.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -out person.pem 2>/dev/null
set -- pkcs12 -export -inkey person.key -in person.pem -certfile ca.pem -passout pass:sample

mkdir -p "$out"
openssl "$@" -out "$out/new.p12"
openssl "$@" -legacy -out "$out/old.p12"
openssl "$@" -nomac -out "$out/no-mac.p12"
openssl "$@" -keypbe NONE -certpbe NONE -nomac -out "$out/plain.p12"
openssl "$@" -keypbe PBE-SHA1-3DES -certpbe NONE -nomac -out "$out/plain-certificates.p12"
openssl pkcs12 -export -nokeys -in ca.pem -passout pass:sample -out "$out/certificates.p12"
