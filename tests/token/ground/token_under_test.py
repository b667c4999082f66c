# SPDX-License-Identifier: GPL-3.0-or-later
"""token_under_test: one token, the core's hold on it (signet-test-driver), and OpenSSL as the second opinion on all it signs."""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import time

BUILD = pathlib.Path(os.environ['SIGNET_BUILD_ROOT'])
DRIVER = BUILD / 'tests/token/ground/signet-test-driver'
SANITIZED = os.environ.get('SIGNET_SANITIZED') == '1'
MESSAGE = 'what is to be signed (Sample Person)'.encode()
EXTENSIONS = ('keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n'
              'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')


class Refused(Exception):
    """The core said no: .code is the error's name ("WrongPin")."""

    def __init__(self, answer):
        super().__init__(f'{answer["error"]}: {answer.get("text", "")}')
        self.code = answer['error']
        self.answer = answer


class Driver:
    """A process of signet-test-driver: one person at one core."""

    def __init__(self):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do, **more):
        self.process.stdin.write(json.dumps({'do': do, **more}) + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f'the core ended at "{do}" with {self.process.wait()}'
        answer = json.loads(line)
        if 'error' in answer:
            raise Refused(answer)
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0, 'the core ended badly'


def openssl(*arguments, data=None):
    done = subprocess.run(['openssl', *map(str, arguments)], input=data, capture_output=True, check=False)
    assert done.returncode == 0, f'openssl {arguments[0]}: {done.stderr.decode(errors="replace")}'
    return done.stdout


class Authority:
    """Certifies keys by their requests, and makes PKCS#12 files of keys of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = folder / 'test-authority.pem'
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-out', self.certificate, '-keyout',
                folder / 'test-authority.key', '-days', '3650', '-subj', '/CN=Sample Test CA/O=Sample Ltd',
                '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
        (folder / 'test-extensions').write_text(EXTENSIONS, encoding='ascii')

    def issue(self, request):
        """DER of a certificate for this DER request; a new one at each call."""
        return openssl('x509', '-req', '-inform', 'DER', '-days', '365', '-extfile', self.folder / 'test-extensions', '-outform', 'DER',
                       '-CA', self.certificate, '-CAkey', self.folder / 'test-authority.key', data=request)

    def bundle(self, passphrase):
        """A PKCS#12 file; and the DER of its certificate."""
        key, certificate = self.folder / 'bundle.key', self.folder / 'bundle.pem'
        openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key)
        request = openssl('req', '-new', '-key', key, '-subj', '/CN=Sample Import', '-outform', 'DER')
        der = self.issue(request)
        certificate.write_bytes(openssl('x509', '-inform', 'DER', data=der))
        return openssl('pkcs12', '-export', '-inkey', key, '-in', certificate, '-passout', f'pass:{passphrase}'), der


class Token:
    """The token, the way a person has it: one module, one PIN."""

    def __init__(self, module, data):
        self.module = module
        self.data = data                      # of tokens.ini: what differs between tokens
        self.folder = pathlib.Path('/run/signet-ground')
        self.pin = os.environ['SIGNET_GROUND_PIN']
        self.so_pin = os.environ['SIGNET_GROUND_SO_PIN']
        self.puk = os.environ.get('SIGNET_GROUND_PUK')
        self.authority = Authority(self.folder)
        self.made = {}                        # "rsa-2048" -> (key, public key PEM), what generation left behind
        self.driver = None
        self.start()

    def start(self):
        """A fresh person at a fresh core."""
        if self.driver is not None:
            self.driver.close()
        self.driver = Driver()
        self.ask('open', modules=[self.module])

    def ask(self, do, **more):
        return self.driver.ask(do, **more)

    def tokens(self):
        return [token for token in self.ask('list')['tokens'] if token['initialized']]

    def listed(self):
        """The one token, anew."""
        tokens = self.tokens()
        assert len(tokens) == 1, f'{len(tokens)} tokens are listed'
        return tokens[0]

    def choose(self):
        token = self.listed()
        self.ask('choose', token=token['uri'])
        return token

    def key(self, sha256):
        return next((key for key in self.listed()['keys'] if key['key'] == sha256), None)

    @contextlib.contextmanager
    def login(self, write=False):
        """With @write as who may write: some cards want their management key for that, and it is the one question."""
        self.choose()
        answer = self.ask('login', write=write, pins=[self.so_pin if write and 'manager' in self.data else self.pin])
        assert answer['questions'] == 1, f'asked {answer["questions"]} times for one login'
        try:
            yield answer
        finally:
            self.ask('logout')

    def some_key(self, kind):
        """A key of this kind ("RSA-2048") that signs without being asked for the PIN each time, made here or found."""
        spec = {'RSA-2048': 'rsa-2048', 'RSA-3072': 'rsa-3072', 'P-256': 'ec-p256', 'P-384': 'ec-p384'}.get(kind, kind)
        if spec in self.made:
            return self.made[spec]
        for key in self.listed()['keys']:
            if key['kind'] == kind and key.get('der') and not key['always'] and key['facts']['always-authenticate'] != 'yes' \
               and key['label'] != self.data.get('always'):
                return key['key'], public_of_certificate(base64.b64decode(key['der']))
        return None, None

    def any_key(self):
        for kind in ('P-256', 'RSA-2048', 'P-384', 'RSA-3072'):
            key, public = self.some_key(kind)
            if key:
                return key, public, 'ecdsa' if kind[0] == 'P' else 'rsa-pkcs1'
        raise AssertionError('there is no key on the token')

    def sign(self, key, scheme, digest='sha256', **more):
        answer = self.ask('sign', key=key, scheme=scheme, digest=digest, data=base64.b64encode(MESSAGE).decode(), **more)
        return [base64.b64decode(signature) for signature in answer['signatures']], answer['questions']

    def check(self, public, scheme, digest, signature):
        """OpenSSL's own program, not the library our core verified it with already."""
        key, file, message = self.folder / 'check.pem', self.folder / 'check.sig', self.folder / 'check.data'
        key.write_text(public, encoding='ascii')
        file.write_bytes(signature)
        message.write_bytes(MESSAGE)
        if scheme == 'ed25519':
            openssl('pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-in', message, '-sigfile', file)
            return
        options = []
        if scheme == 'rsa-pss':
            options = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest']
        openssl('dgst', f'-{digest}', '-verify', key, *options, '-signature', file, message)

    def public_key(self, key):
        der = base64.b64decode(self.ask('public-key', key=key)['der'])
        return openssl('pkey', '-pubin', '-inform', 'DER', data=der).decode()

    def request(self, key, **more):
        """A DER request for @key, whose own signature OpenSSL has checked; and the public key, PEM."""
        der = base64.b64decode(self.ask('request', key=key, **more)['der'])
        openssl('req', '-inform', 'DER', '-verify', '-noout', data=der)
        return der, openssl('req', '-inform', 'DER', '-pubkey', '-noout', data=der).decode()

    def card(self, *words):
        subprocess.run([os.environ['SIGNET_GROUND_CARD'], *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def prepare(self):
        """Before each operation: a TPM counts the wrong PINs of all its tokens, of all operations, together."""
        if 'SIGNET_GROUND_UNLOCK' in os.environ:
            subprocess.run(os.environ['SIGNET_GROUND_UNLOCK'], shell=True, check=True, stdout=subprocess.DEVNULL)

    def settle(self):
        """After an operation that ended in its middle: a sound card in the reader."""
        if 'SIGNET_GROUND_CARD' in os.environ:
            self.card('fault')
            pid = pathlib.Path(os.environ['SIGNET_GROUND_CARD_FOLDER'] + '.pid')
            if not pid.exists() or not os.path.exists(f'/proc/{pid.read_text(encoding="ascii").strip()}'):
                self.card('insert')

    def signet(self, *arguments, pin=None):
        """The command line, as another process of the same person."""
        pin_file = self.folder / 'pin'
        pin_file.write_text((pin or self.pin) + '\n', encoding='ascii')
        pin_file.chmod(0o600)
        environment = {**os.environ, 'HOME': str(self.folder), 'SIGNET_USER_DIR': str(self.folder / 'user')}
        return subprocess.run([os.environ['SIGNET_CLI'], *map(str, arguments), '--module', self.module, '--pin-file', str(pin_file)],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def close(self):
        self.driver.close()


def public_of_certificate(der):
    return openssl('x509', '-inform', 'DER', '-pubkey', '-noout', data=der).decode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def refused(*codes, why=''):
    """What stands inside must be refused with one of these errors."""
    try:
        yield
    except Refused as refusal:
        assert refusal.code in codes, f'refused as {refusal}, not as {" or ".join(codes)} {why}'
    else:
        raise AssertionError(f'was not refused {why}')


def within(seconds, what):
    """A generous deadline; returns a function that checks it."""
    start = time.monotonic()

    def check():
        passed = time.monotonic() - start
        assert SANITIZED or passed < seconds, f'{what} took {passed:.1f} s'
        return passed
    return check
