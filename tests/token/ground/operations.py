# SPDX-License-Identifier: GPL-3.0-or-later
"""operations: the one list of what is tried on every token, in this order. What must come of each on which token is in tokens.ini.

An operation raises Refused when the core says no, AssertionError when what was done is not what was meant; else it may return a few
words for the report. Each leaves the token usable, PIN and all.
"""
import base64
import os
import subprocess

from token_under_test import Driver, Refused, public_of_certificate, refused, sha256, within

OPERATIONS = []


def operation(name, title):
    def register(function):
        OPERATIONS.append((name, title, function))
        return function
    return register


# --- what is there ---------------------------------------------------------------------------------------------------------

@operation('list', 'listed, with what is on it')
def list_token(token):
    listed = token.listed()
    for name in ('label', 'model', 'serial', 'uri', 'module'):
        assert listed[name], f'no {name}'
    assert os.path.realpath(token.module) == os.path.realpath(listed['module'])
    assert listed['flags'] == [], f'a new token with flags {listed["flags"]}'
    assert sorted(key['key'] for key in listed['keys']) == sorted({key['key'] for key in listed['keys']}), 'a key is listed twice'
    return listed['model']


@operation('login', 'login, one question')
def login(token):
    with token.login() as answer:
        assert answer['flags'] == [], f'flags {answer["flags"]}'


@operation('wrong-pin', 'wrong PIN told and counted')
def wrong_pin(token):
    token.choose()
    with refused('WrongPin'):
        token.ask('login', pins=['987654'])
    flags = token.listed()['flags']
    assert flags == token.data.get('flags-after-wrong', '').split(), f'flags after a wrong PIN: {flags}'
    with token.login() as answer:
        assert answer['questions'] == 1
    return ' '.join(flags) or 'no flag'


@operation('second-login', 'a second login checks its PIN')
def second_login(token):
    with token.login():
        other = Driver()
        other.ask('open', modules=[token.module])
        other.ask('choose', token=token.listed()['uri'])
        with refused('WrongPin'):
            other.ask('login', pins=['987654'])
        other.ask('login', pins=[token.pin])
        other.close()


# --- keys ------------------------------------------------------------------------------------------------------------------

def generate(token, spec, kind):
    """A key, kept for what follows."""
    with token.login(write=True):
        key = token.ask('generate', spec=spec, label=f'Sample {spec}')['key']
        assert key['kind'] == kind, f'asked for {kind}, made {key["kind"]}'
        token.made[spec] = key['key'], token.public_key(key['key'])
    assert token.key(key['key']) is not None, 'the new key is not listed'


for _spec, _kind in (('rsa-2048', 'RSA-2048'), ('rsa-3072', 'RSA-3072'), ('rsa-4096', 'RSA-4096'), ('ec-p256', 'P-256'),
                     ('ec-p384', 'P-384'), ('ec-p521', 'P-521'), ('ed25519', 'Ed25519')):
    operation(f'generate-{_spec}', f'make {_kind}')(lambda token, spec=_spec, kind=_kind: generate(token, spec, kind))


@operation('offers', 'offers the kinds it can make, and no others')
def offers(token):
    makes = token.listed()['makes']
    made = [name[len('generate-'):] for name, word in token.data['operations'].items() if name.startswith('generate-') and word == 'yes']
    assert sorted(makes) == sorted(made), f'offers {" ".join(sorted(makes)) or "nothing"}; can make {" ".join(sorted(made)) or "nothing"}'


@operation('attributes', 'evidence of sole control, logged in')
def attributes(token):
    key, _, _ = token.any_key()
    with token.login():
        facts = token.ask('read-key', key=key)['key']['facts']
    said = ' '.join(f'{name}={value}' for name, value in facts.items())
    assert facts['sensitive'] == 'yes' or 'weak-attributes' in token.data, said
    assert facts['extractable'] != 'yes', said
    expected = token.data.get('facts')
    assert expected is None or sorted(expected.split()) == sorted(said.split()), said
    return said


@operation('request', 'certificate request')
def request(token):
    key, public, _ = token.any_key()
    with token.login():
        _, same = token.request(key)
    assert same == public, 'the request is for another key'


@operation('request-ed25519', 'certificate request for Ed25519')
def request_ed25519(token):
    key, public = token.some_key('ed25519')
    if key is None:
        raise Refused({'error': 'NoKey', 'text': 'no Ed25519 key'})
    with token.login():
        _, same = token.request(key)
    assert same == public, 'the request is for another key'


# --- cards with a management key ---------------------------------------------------------------------------------------------

def needs_manager(token):
    if 'manager' not in token.data:
        raise Refused({'error': 'NoManager', 'text': 'whoever is logged in may write'})


@operation('manager', 'a wrong management key is told, a malformed one never sent, a plain login does not write')
def manager(token):
    needs_manager(token)
    token.choose()
    with refused('WrongManagementKey'):
        token.ask('login', write=True, pins=['0' * 48])
    with refused('PinInvalid'):
        token.ask('login', write=True, pins=['0102'])
    with refused('PinInvalid'):
        token.ask('login', write=True, pins=[token.so_pin[:-1] + 'x'])
    answer = token.ask('login', write=True, pins=['1111', ' '.join(token.so_pin[i:i + 16] for i in (0, 16, 32)).upper()])
    assert answer['questions'] == 2, f'asked {answer["questions"]} times'
    assert 'factory' in answer['flags'], 'nobody is told that it is the key of the factory'
    token.ask('logout')
    with token.login(), refused('NotLoggedIn'):
        token.ask('generate', spec='ec-p256', label='Sample')


@operation('place', 'a key is not made over another unasked; asked for, it is')
def place(token):
    needs_manager(token)
    before = {key['key'] for key in token.listed()['keys']}
    with token.login(write=True):
        with refused('Occupied'):
            token.ask('generate', spec='ec-p256', label='Sample', place='9c')
        assert {key['key'] for key in token.listed()['keys']} == before, 'a key went'
        first = token.ask('generate', spec='ec-p256', label='Sample', place='95')['key']['key']
        second = token.ask('generate', spec='ec-p384', label='Sample', place='95', replace=True)['key']['key']
        signatures, questions = token.sign(second, 'ecdsa', pins=[token.pin])
        assert questions == 1, f'asked {questions} times'
        token.check(token.public_key(second), 'ecdsa', 'sha256', signatures[0])
    after = {key['key'] for key in token.listed()['keys']}
    assert after == before | {second} and first not in after, 'not the key that was meant'


# --- signatures --------------------------------------------------------------------------------------------------------------

def sign(token, kinds, scheme, digests):
    for kind in kinds:
        key, public = token.some_key(kind)
        if key:
            break
    else:
        raise Refused({'error': 'NoKey', 'text': f'no key of {" or ".join(kinds)}'})
    with token.login():
        for digest in digests:
            signatures, _ = token.sign(key, scheme, digest)
            token.check(public, scheme, digest, signatures[0])


ALL = ('sha256', 'sha384', 'sha512')
for _name, _title, _kinds, _scheme, _digests in (
        ('sign-pkcs1', 'sign RSA PKCS#1 v1.5', ('RSA-2048', 'RSA-3072'), 'rsa-pkcs1', ALL),
        ('sign-pss', 'sign RSA-PSS', ('RSA-2048', 'RSA-3072'), 'rsa-pss', ALL),
        ('sign-ecdsa', 'sign ECDSA', ('P-256', 'P-384'), 'ecdsa', ALL),
        ('sign-ed25519', 'sign Ed25519', ('ed25519',), 'ed25519', ('sha512',))):
    operation(_name, _title)(lambda token, kinds=_kinds, scheme=_scheme, digests=_digests: sign(token, kinds, scheme, digests))


@operation('batch', '20 signatures after one login')
def batch(token):
    key, public, scheme = token.any_key()
    passed = within(60, '20 signatures')
    with token.login():
        signatures, questions = token.sign(key, scheme, count=20)
        assert len(signatures) == 20
        assert questions == 0, f'asked {questions} times more'
        token.check(public, scheme, 'sha256', signatures[19])
    return f'{passed() / 20 * 1000:.0f} ms each'


@operation('always', 'a key that asks at every signature asks, and says so before')
def always(token):
    key = next((key for key in token.listed()['keys'] if key['label'] == token.data.get('always')), None)
    if key is None:
        raise Refused({'error': 'NoKey', 'text': 'no such key can be on this token'})
    public = public_of_certificate(base64.b64decode(key['der']))
    with token.login():
        read = token.ask('read-key', key=key['key'])
        assert read['key']['always'], 'the key is not known to ask each time'
        told = read['questions-for-20']
        signatures, questions = token.sign(key['key'], 'rsa-pkcs1', count=3, pins=[token.pin] * 3)
        assert questions == 3, f'asked {questions} times for three signatures'
        for signature in signatures:
            token.check(public, 'rsa-pkcs1', 'sha256', signature)
        with refused('WrongPin'):
            token.sign(key['key'], 'rsa-pkcs1', pins=['987654'])
        signatures, _ = token.sign(key['key'], 'rsa-pss', pins=[token.pin])
        token.check(public, 'rsa-pss', 'sha256', signatures[0])
    assert told == 21, f'{told} questions were foretold for 20 signatures'


# --- certificates ------------------------------------------------------------------------------------------------------------

def certified_key(token):
    """A key, one we made if there is one, and its request."""
    made = [token.made[spec][0] for spec in ('ec-p256', 'rsa-2048', 'rsa-3072') if spec in token.made]
    key = made[0] if made else token.any_key()[0]
    with token.login():
        return key, token.request(key)[0]


@operation('store', 'store a certificate')
def store(token):
    key, der_request = certified_key(token)
    der = token.authority.issue(der_request)
    with token.login(write=True):
        token.ask('store', der=base64.b64encode(der).decode(), label='Sample Person')
    listed = token.key(key)
    assert listed.get('certificate') == sha256(der), 'it is not beside its key'
    token.stored = key, der


@operation('export', 'a certificate comes back byte for byte')
def export(token):
    found = next((key for key in token.listed()['keys'] if key.get('der')), None)
    if found is None:
        raise Refused({'error': 'NoCertificate', 'text': 'there is no certificate'})
    out = token.folder / 'exported.der'
    done = subprocess.run([os.environ['SIGNET_CLI'], 'certificate', 'export', '--der', '--overwrite', '-o', out, '--module', token.module,
                           found['certificate']], env={**os.environ, 'SIGNET_USER_DIR': str(token.folder / 'user')}, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    assert sha256(out.read_bytes()) == found['certificate']


@operation('replace', 'replace a certificate')
def replace(token):
    key, old = getattr(token, 'stored', (None, None))
    if key is None:
        key, der_request = certified_key(token)
        listed = token.key(key)
        old = base64.b64decode(listed['der']) if listed and listed.get('der') else token.authority.issue(der_request)
    else:
        der_request = certified_key(token)[1]
    der = token.authority.issue(der_request)
    with token.login(write=True):
        token.ask('replace', old=base64.b64encode(old).decode(), der=base64.b64encode(der).decode(), label='Sample Person')
    certificates = [entry['certificate'] for entry in token.listed()['keys'] if entry.get('certificate')]
    assert sha256(der) in certificates and sha256(old) not in certificates, 'the old one is there, or the new one is not'
    token.stored = key, der


@operation('delete', 'delete a certificate; the key stays')
def delete(token):
    key, der = getattr(token, 'stored', (None, None))
    if key is None:
        found = next((entry for entry in token.listed()['keys'] if entry.get('der')), None)
        key, der = (found['key'], base64.b64decode(found['der'])) if found else (None, token.authority.issue(certified_key(token)[1]))
    with token.login(write=True):
        token.ask('delete-certificate', der=base64.b64encode(der).decode())
    listed = token.listed()['keys']
    assert sha256(der) not in [entry.get('certificate') for entry in listed], 'it is still there'
    assert key in [entry['key'] for entry in listed], 'the key went with it'
    with token.login(write=True):
        token.ask('store', der=base64.b64encode(der).decode(), label='Sample Person')


@operation('import', 'import a PKCS#12 key')
def import_key(token):
    file, der = token.authority.bundle('sample passphrase')
    with token.login(write=True):
        key = token.ask('import', file=base64.b64encode(file).decode(), passphrase='sample passphrase', label='Sample import')['key']
        assert key['facts']['local'] != 'yes', 'an imported key is called local'
    with token.login():
        signatures, _ = token.sign(key['key'], 'rsa-pkcs1')
        token.check(public_of_certificate(der), 'rsa-pkcs1', 'sha256', signatures[0])


# --- whole signatures, by the command line -------------------------------------------------------------------------------------

def certificate_to_sign_with(token):
    for entry in token.listed()['keys']:
        if entry.get('certificate') and entry['private'] and entry['label'] != token.data.get('always'):
            return entry
    raise Refused({'error': 'NoCertificate', 'text': 'there is no certificate'})


def sign_file(token, document, *options):
    certificate = certificate_to_sign_with(token)
    out = document.with_name('signed-' + document.name + ('.p7s' if 'cades' in options else ''))
    done = token.signet('sign', *options, '--certificate', certificate['certificate'], '--overwrite', '-o', out, document)
    assert done.returncode == 0, f'signet sign: {done.returncode} {done.stderr}'
    return out, base64.b64decode(certificate['der'])


@operation('pades', 'sign a PDF; pdfsig agrees')
def pades(token):
    document = token.folder / 'contract.pdf'
    subprocess.run(['/usr/bin/python3', os.path.join(os.environ['SIGNET_SOURCE_ROOT'], 'tests/bench/make-pdf.py'), '20000', document],
                   check=True, stdout=subprocess.DEVNULL)
    out, _ = sign_file(token, document, '--format', 'pades', '--level', 'b')
    said = subprocess.run(['pdfsig', '-nocert', out], capture_output=True, text=True, check=False).stdout
    assert 'Signature is Valid' in said and 'Total document signed' in said, said


@operation('cades', 'sign a file; openssl cms agrees')
def cades(token):
    document = token.folder / 'minutes.txt'
    document.write_text('Sample minutes\n', encoding='ascii')
    out, _ = sign_file(token, document, '--format', 'cades', '--level', 'b', '--detached')
    roots = token.folder / 'roots.pem'
    authorities = [token.authority.certificate, os.environ.get('SIGNET_GROUND_AUTHORITY')]
    roots.write_text(''.join(open(path, encoding='ascii').read() for path in authorities if path), encoding='ascii')
    done = subprocess.run(['openssl', 'cms', '-verify', '-inform', 'DER', '-in', out, '-content', document, '-binary', '-CAfile', roots,
                           '-purpose', 'any', '-out', '/dev/null'], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@operation('beside', 'another process signs while this one is logged in')
def beside(token):
    document = token.folder / 'beside.txt'
    document.write_text('Sample\n', encoding='ascii')
    key, public, scheme = token.any_key()
    with token.login():
        token.sign(key, scheme)
        sign_file(token, document, '--format', 'cades', '--level', 'b')
        signatures, _ = token.sign(key, scheme)
    token.check(public, scheme, 'sha256', signatures[0])


# --- PINs ------------------------------------------------------------------------------------------------------------------

@operation('change-pin', 'change the PIN, and back')
def change_pin(token):
    token.choose()
    with refused('WrongPin'):
        token.ask('change-pin', pins=['987654', '13579246'])
    token.ask('change-pin', pins=[token.pin, '13579246'])
    with refused('WrongPin'):
        token.ask('login', pins=[token.pin])
    token.ask('login', pins=['13579246'])
    token.ask('logout')
    token.ask('change-pin', pins=['13579246', token.pin])
    with token.login():
        pass


@operation('lock', 'wrong PINs: each step told before the question, the last try not spent silently, then locked')
def lock(token):
    token.choose()
    seen = []
    for _ in range(12):
        try:
            token.ask('login', pins=['987654'])
        except Refused as refusal:
            if refusal.code in ('PinLocked', 'LockedOut'):
                break
            assert refusal.code == 'WrongPin', str(refusal)
            flags = token.listed()['flags']
            seen.append('+'.join(flags) or 'none')
            # the person was asked again, and that question came with them
            assert set(flags) <= set(refusal.answer['flags']), f'the next question came with {refusal.answer["flags"]}, the token says {flags}'
    else:
        raise Refused({'error': 'NeverLocks', 'text': f'flags: {" ".join(seen)}'})
    expected = token.data.get('flags-to-lock', '').split()
    assert seen == expected, f'flags on the way: {" ".join(seen)}'
    with refused('PinLocked', 'LockedOut', why='once locked'):
        token.ask('login', pins=[token.pin])
    return f'after {len(seen) + 1}'


@operation('unblock', 'a locked PIN is unblocked the way of its family')
def unblock(token):
    token.choose()
    token.ask('unblock', pins=[token.puk or token.so_pin, token.pin])
    with token.login():
        pass


def recover(token):
    """Whatever unblock() came to, the token is usable again for what follows."""
    if 'SIGNET_GROUND_CARD' in os.environ:
        token.card('tries', '3', '3')
        token.start()
    else:
        subprocess.run(['pkcs11-tool', '--module', token.module, '--login', '--login-type', 'so', '--so-pin', token.so_pin, '--init-pin',
                        '--new-pin', token.pin], check=False, capture_output=True)


@operation('pin-again', 'the PIN works again after that')
def pin_again(token):
    recover(token)
    with token.login():
        pass


# --- the hand at the reader ------------------------------------------------------------------------------------------------

def needs_reader(token):
    if 'SIGNET_GROUND_CARD' not in os.environ:
        raise Refused({'error': 'NoReader', 'text': 'nothing to pull'})


@operation('hot-plug', 'pulled and inserted: seen by itself')
def hot_plug(token):
    needs_reader(token)
    token.ask('await', tokens=1)
    token.card('pull')
    gone = token.ask('await', tokens=0)['milliseconds']
    token.card('insert')
    back = token.ask('await', tokens=1)['milliseconds']
    return f'gone {gone} ms, back {back} ms'


@operation('pull', 'pulled while logged in: an error, then it works again')
def pull(token):
    needs_reader(token)
    key, public, scheme = token.any_key()
    with token.login():
        token.sign(key, scheme)
        token.card('pull')
        with refused('Removed', 'NotLoggedIn', why='without a card'):
            token.sign(key, scheme)
    assert token.tokens() == [], 'a pulled token is listed'
    token.card('insert')
    with token.login():
        signatures, _ = token.sign(key, scheme)
    token.check(public, scheme, 'sha256', signatures[0])


@operation('pull-signing', 'pulled in the middle of a signature')
def pull_signing(token):
    needs_reader(token)
    key, public, scheme = token.any_key()
    with token.login():
        token.card('fault', 'pull-at-signature')
        passed = within(20, 'noticing')
        with refused('Removed', why='by a card that is gone'):
            token.sign(key, scheme)
        passed()
    token.card('fault')
    token.card('insert')
    with token.login():
        signatures, _ = token.sign(key, scheme)
    token.check(public, scheme, 'sha256', signatures[0])


@operation('exchange', 'reinserted while logged in: the old login is worth nothing')
def exchange(token):
    needs_reader(token)
    key, _, scheme = token.any_key()
    with token.login():
        token.card('pull')
        token.card('insert')
        with refused('Removed', 'NotLoggedIn', why='after the card was out'):
            token.sign(key, scheme)
    with token.login():
        token.sign(key, scheme)


@operation('wrong-signature', 'a card that signs wrongly is found out')
def wrong_signature(token):
    needs_reader(token)
    key, _, scheme = token.any_key()
    token.card('fault', 'wrong-signature')
    try:
        with token.login(), refused('ModuleLied', why='with a bit changed'):
            token.sign(key, scheme)
    finally:
        token.card('fault')


@operation('refuses', 'a card that refuses to sign: an error, and no more')
def refuses(token):
    needs_reader(token)
    key, _, scheme = token.any_key()
    token.card('fault', 'refuse-signature')
    with token.login():
        with refused('Failed', 'NotLoggedIn', 'Unsupported', 'Removed'):
            token.sign(key, scheme)
        token.card('fault')
    with token.login():
        token.sign(key, scheme)


@operation('slow', 'a slow card is waited for')
def slow(token):
    needs_reader(token)
    key, _, scheme = token.any_key()
    with token.login():
        token.card('fault', 'slow 300')
        token.sign(key, scheme)
    token.card('fault')


@operation('once', 'listed through two modules: shown once')
def once(token):
    needs_reader(token)
    both = Driver()
    both.ask('open', modules=os.environ['SIGNET_GROUND_MODULES'].split(':'))
    tokens = [listed for listed in both.ask('list')['tokens'] if listed['initialized']]
    both.close()
    assert len(tokens) == 1, f'shown {len(tokens)} times'


# --- the end ----------------------------------------------------------------------------------------------------------------

@operation('delete-key', 'delete a key')
def delete_key(token):
    key, _, _ = token.any_key()
    with token.login(write=True):
        token.ask('delete-key', key=key)
    assert token.key(key) is None, 'it is still listed'


@operation('init-empty', 'set up an empty slot beside it')
def init_empty(token):
    empty = next((listed for listed in token.ask('list')['tokens'] if not listed['initialized']), None)
    if empty is None:
        raise Refused({'error': 'NoSlot', 'text': 'there is no empty slot'})
    token.ask('choose', token=empty['uri'])
    token.ask('init', **{'label': 'Sample second', 'pin': '24681357', 'so-pin': '12345678'})
    second = next(listed for listed in token.tokens() if listed['label'] == 'Sample second')
    token.ask('choose', token=second['uri'])
    token.ask('login', pins=['24681357'])
    token.ask('logout')


@operation('init', 'initialise anew')
def init(token):
    listed = next(listed for listed in token.tokens() if listed['label'] != 'Sample second')
    token.ask('choose', token=listed['uri'])
    token.ask('init', **{'label': 'Sample again', 'pin': '24681357', 'so-pin': token.data.get('so-pin', token.so_pin)})
    again = next(listed for listed in token.tokens() if listed['label'] != 'Sample second')
    assert again['keys'] == [], 'keys are left'
    token.ask('choose', token=again['uri'])
    token.ask('login', pins=['24681357'])
    token.ask('logout')
