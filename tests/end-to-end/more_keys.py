# SPDX-License-Identifier: GPL-3.0-or-later
"""more_keys: keys of every kind on the sample token of a world, each with a certificate of its sample authority, whose servers know it."""
import json
import os
import subprocess

from world import BUILD

PASSPHRASE = 'sample passphrase'
# what openssl makes of it
KINDS = {
    'RSA-3072': ('RSA', 'rsa_keygen_bits:3072'),
    'RSA-4096': ('RSA', 'rsa_keygen_bits:4096'),
    'RSA-PSS': ('RSA-PSS', 'rsa_keygen_bits:3072'),
    'P-256': ('EC', 'ec_paramgen_curve:P-256'),
    'P-384': ('EC', 'ec_paramgen_curve:P-384'),
    'P-521': ('EC', 'ec_paramgen_curve:P-521'),
    'Ed25519': ('ED25519', None),
}


class CannotHold(Exception):
    """The token knows no such keys."""


def openssl(*arguments, folder):
    subprocess.run(['openssl', *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def secret(path, text):
    path.write_text(text, encoding='utf-8')
    path.chmod(0o600)
    return path


def certify(world, kind, subject, purpose='signature'):
    """NAME.key, NAME.pem and NAME.p12 in a folder of their own; returns the path without ending."""
    algorithm, option = KINDS[kind]
    folder = world.root / f'keys-{kind}-{len(list(world.root.glob("keys-*")))}'
    folder.mkdir()
    openssl('genpkey', '-algorithm', algorithm, *(['-pkeyopt', option] if option else []), '-out', 'sample.key', folder=folder)
    openssl('req', '-new', '-key', 'sample.key', '-subj', f'/C=CN/O=Sample Ltd/CN={subject}', '-utf8', '-out', 'sample.csr', folder=folder)
    subprocess.run([BUILD / 'tests/servers/signet-test-ca', 'issue', world.root / 'pki', '--csr', folder / 'sample.csr', '--out', folder / 'sample.pem',
                    '--kind', purpose], env={**os.environ, **world.environment}, check=True, capture_output=True)
    openssl('pkcs12', '-export', '-inkey', 'sample.key', '-in', 'sample.pem', '-certfile', world.root / 'pki/ca.pem', '-passout', f'pass:{PASSPHRASE}',
            '-out', 'sample.p12', folder=folder)
    return folder / 'sample'


def add_key(world, kind, subject='Wang Fang (sample)'):
    """The SHA-256 of a certificate whose key is now on the sample token."""
    made = certify(world, kind, subject)
    passphrase = secret(made.with_suffix('.passphrase'), PASSPHRASE)
    run = world.signet('certificate', 'import', '--json', '--token', 'Sample token', '--pin-file', world.pin, '--passphrase-file', passphrase,
                       made.with_suffix('.p12'))
    if run.returncode != 0:
        raise CannotHold(f'{kind}: {run.stdout}{run.stderr}')
    return json.loads(run.stdout)['imported']['certificates'][0]['sha256']
