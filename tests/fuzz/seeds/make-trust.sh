#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make-trust.sh: the seeds of fuzz-certificate, fuzz-ocsp, fuzz-timestamp and fuzz-profile, and fuzz-ocsp.h, the two certificates
# its answers are about. Throw-away keys, sample names; run again only to change them: the seeds are kept as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p certificate ocsp timestamp profile
c=$work

cat > "$c/x.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
extendedKeyUsage = emailProtection,1.3.6.1.5.5.7.3.36
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://ocsp.sample/,caIssuers;URI:http://ca.sample/ca.cer
crlDistributionPoints = URI:http://crl.sample/a.crl
certificatePolicies = 1.3.6.1.4.1.99999.1.1,0.4.0.194112.1.1
subjectAltName = email:somebody@sample.invalid
1.3.6.1.5.5.7.1.3 = DER:30:15:30:13:06:06:04:00:8E:46:01:06:30:09:06:07:04:00:8E:46:01:06:02
[bare]
basicConstraints = CA:FALSE
[ocsp]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[constrained]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign
nameConstraints = critical,permitted;email:good.sample
policyConstraints = requireExplicitPolicy:0
subjectKeyIdentifier = hash
CNF

key () { openssl ecparam -name prime256v1 -genkey -noout -out "$c/$1.key"; }
# issue NAME SUBJECT SECTION [ISSUER]
issue ()
{
  key "$1"
  openssl req -new -config "$c/x.cnf" -utf8 -multivalue-rdn -key "$c/$1.key" -subj "$2" -out "$c/$1.csr"
  if [ $# -gt 3 ]; then
    openssl x509 -req -in "$c/$1.csr" -CA "$c/$4.pem" -CAkey "$c/$4.key" -set_serial "0x$(openssl rand -hex 8)" -days 36000 \
      -extfile "$c/x.cnf" -extensions "$3" -out "$c/$1.pem"
  else
    openssl x509 -req -in "$c/$1.csr" -signkey "$c/$1.key" -days 36000 -extfile "$c/x.cnf" -extensions "$3" -out "$c/$1.pem"
  fi 2> /dev/null
  openssl x509 -in "$c/$1.pem" -outform DER -out "$c/$1.der"
}

issue ca '/CN=Sample CA/O=Sample' ca
issue leaf '/C=CN/O=示例/CN=Somebody+serialNumber=7' leaf ca
issue bare '/CN=nothing said' bare
issue constrained '/CN=Constrained' constrained ca
issue responder '/CN=Sample responder' ocsp ca
issue tsa '/CN=Sample time-stamper' tsa ca

cp "$c"/{ca,leaf,bare,constrained,responder,tsa}.der certificate/
cat "$c/leaf.pem" "$c/ca.pem" > certificate/chain.pem
openssl crl2pkcs7 -nocrl -certfile certificate/chain.pem -outform DER -out certificate/bag.p7b
openssl crl2pkcs7 -nocrl -certfile certificate/chain.pem -out certificate/bag.pem
printf 'hello\n-----BEGIN CERTIFICATE-----\nMIIB\n' > certificate/cut.pem

serial=$(openssl x509 -in "$c/leaf.pem" -noout -serial | cut -d= -f2)
# answer NAME INDEX-LINE [OPTION…]
answer ()
{
  name=$1
  printf "$2" > "$c/index.txt"
  shift 2
  openssl ocsp "$@" -issuer "$c/ca.pem" -cert "$c/leaf.pem" -reqout "$c/request.der" > /dev/null 2>&1
  openssl ocsp -index "$c/index.txt" -CA "$c/ca.pem" -rsigner "$c/responder.pem" -rkey "$c/responder.key" -reqin "$c/request.der" \
    -respout "ocsp/$name.der" -ndays 3650 > /dev/null 2>&1
}
answer good "V\t991231235959Z\t\t$serial\tunknown\t/CN=Somebody\n"
answer good-sha256 "V\t991231235959Z\t\t$serial\tunknown\t/CN=Somebody\n" -sha256
answer revoked "R\t991231235959Z\t240101000000Z,keyCompromise\t$serial\tunknown\t/CN=Somebody\n"
answer unknown ""
printf '\x30\x03\x0a\x01\x03' > ocsp/try-later.der

{
  echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
  echo '/* fuzz-ocsp.h: made by seeds/make-trust.sh: whom the seeds of fuzz-ocsp are about, and when they were fresh. */'
  echo '#pragma once'
  echo '#include <stdint.h>'
  for name in leaf ca; do
    echo "static const uint8_t ${name}_der[] = {"
    od -An -v -tx1 -w20 "$c/$name.der" | sed 's/ \(..\)/ 0x\1,/g'
    echo '};'
  done
  echo "#define FRESH INT64_C ($(date +%s))"
} > ../fuzz-ocsp.h

cat >> "$c/x.cnf" <<CNF
[tsa_section]
serial = $c/tsaserial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.2.1
digests = sha256, sha512
ess_cert_id_alg = sha256
ordering = no
accuracy = secs:1, millisecs:500
CNF
echo 01 > "$c/tsaserial"
printf 'a signature value' > "$c/data"
openssl ts -query -data "$c/data" -sha256 -cert -out "$c/q.tsq" 2> /dev/null
openssl ts -reply -config "$c/x.cnf" -section tsa_section -queryfile "$c/q.tsq" -signer "$c/tsa.pem" -inkey "$c/tsa.key" -chain "$c/ca.pem" \
  -token_out -out timestamp/token.der 2> /dev/null
openssl ts -query -data "$c/data" -sha512 -no_nonce -out "$c/q.tsq" 2> /dev/null
openssl ts -reply -config "$c/x.cnf" -section tsa_section -queryfile "$c/q.tsq" -signer "$c/tsa.pem" -inkey "$c/tsa.key" \
  -token_out -out timestamp/token-without-certificate.der 2> /dev/null
: > timestamp/nothing

cat > profile/sample.profile <<'P'
[Profile]
Id=sample-ca
Name=Sample CA
Name[zh_CN]=示例认证中心
Plugin=cmp
[Authority]
Sample=true
LicenceNumber=SAMPLE-0001 (made up)
PolicyOids=1.3.6.1.4.1.99999.1.1=signature;1.2=seal
[Permissions]
Hosts=127.0.0.1:8829
KeyTypes=rsa-3072;ec-p256
[Disclosure]
Terms=Terms
P
printf '[Profile]\nId=x\nName=\\n\\t\\x\nPlugin=cmp\n[Authority]\nChain=../../etc/passwd\n' > profile/escape.profile
printf '[Profile]\nId=x\nName=X\nPlugin=cmp\n[Authority]\nPolicyOids==;=;1=;=x;9999999999.1=a=b\n' > profile/odd-policies.profile
