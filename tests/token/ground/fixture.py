# SPDX-License-Identifier: GPL-3.0-or-later
"""fixture: keys and certificates for a card before it is inserted, written into its folder as signet-test-card.c keeps them.

Filling it through the reader would prove nothing more (the tests make keys and store certificates that way) and costs seconds.
"""
import os

# slot: algorithm of the card, how openssl calls it, PIN policy (2 once, 3 always), data object of the certificate, name
KEYS = {
    '9a': (0x11, ('EC', 'ec_paramgen_curve:P-256'), 2, '5fc105', 'Sample Person (authentication)'),
    '9c': (0x07, ('RSA', 'rsa_keygen_bits:2048'), 3, '5fc10a', 'Sample Person (signature)'),
    '9d': (0x14, ('EC', 'ec_paramgen_curve:P-384'), 2, '5fc10b', 'Sample Person (large curve)'),
    '9e': (0x07, ('RSA', 'rsa_keygen_bits:2048'), 2, '5fc101', 'Sample Person (plain RSA)'),
}
EXTENSIONS = ('keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n'
              'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')
# the usual ones of a card that belongs to no agency (SP 800-73-4 part 1, 3.1.1 and 3.1.2)
HOLDER = '3019d4e739da739ced39ce739d836858210842108421c84210c3eb3410{guid}350832303530303130313e00fe00'
CAPABILITIES = 'f015a000000116ff02{random}f10121f20121f300f40100f50110f600f700fa00fb00fc00fd00fe00'


def tlv(tag, value):
    size = len(value)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else bytes([0x82, size >> 8, size & 0xFF])) + value


def make_authority(place):
    """The sample authority that certifies what is on a card: $SIGNET_GROUND_AUTHORITY, its key beside it."""
    certificate = place.folder / 'authority.pem'
    place.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-out', certificate, '-keyout',
              place.folder / 'authority.key', '-days', '3650', '-subj', '/CN=Sample Ground CA/O=Sample Ltd',
              '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
    (place.folder / 'extensions').write_text(EXTENSIONS, encoding='ascii')
    place.tell(authority=certificate)


def add_key(place, card, slot):
    algorithm, (kind, option), policy, data_object, name = KEYS[slot]
    key, request, certificate = (place.folder / f'{slot}.{end}' for end in ('key', 'csr', 'crt'))
    place.run('openssl', 'genpkey', '-algorithm', kind, '-pkeyopt', option, '-outform', 'DER', '-out', key)
    place.run('openssl', 'req', '-new', '-key', key, '-keyform', 'DER', '-subj', f'/CN={name}/O=Sample Ltd', '-out', request)
    place.run('openssl', 'x509', '-req', '-in', request, '-days', '365', '-extfile', place.folder / 'extensions', '-outform', 'DER', '-out',
              certificate, '-CA', place.folder / 'authority.pem', '-CAkey', place.folder / 'authority.key')
    private = place.run('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', key, '-inform', 'DER', '-outform', 'DER', '-out', '/dev/stdout', binary=True)
    (card / f'key-{slot}').write_bytes(bytes([algorithm, policy, 1, 1]) + private)
    (card / f'object-{data_object}').write_bytes(tlv(0x53, tlv(0x70, certificate.read_bytes()) + bytes.fromhex('710100fe00')))


def fill(place, card, slots=KEYS):
    make_authority(place)
    (card / 'object-5fc102').write_bytes(tlv(0x53, bytes.fromhex(HOLDER.format(guid=os.urandom(16).hex()))))
    (card / 'object-5fc107').write_bytes(tlv(0x53, bytes.fromhex(CAPABILITIES.format(random=os.urandom(14).hex()))))
    for slot in slots:
        add_key(place, card, slot)
