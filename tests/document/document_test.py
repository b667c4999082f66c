# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the document room share: keys to throw away, the tool, and how its answers are read."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

TOOL = os.environ['SIGNET_DOCUMENT_TOOL']
MALFORMED, UNSUPPORTED, TOO_LARGE, ENCRYPTED, WRONG_PASSWORD, FORBIDDEN, CHANGED, NO_ROOM = range(8)
DOMAIN = 'signet-document-error-quark'


class Signature:
    def __init__(self, fields):
        self.id, self.kind, self.format, self.level, self.integrity, self.coverage, self.signer = fields
        self.changes, self.problems, self.reason = [], [], None

    @property
    def clean(self):
        return self.integrity == 'intact' and self.coverage == 'whole' and not self.changes

    @property
    def passes(self):
        """What a verdict could still call valid."""
        return self.integrity == 'intact' and self.coverage != 'partial' and all(allowed for _, allowed, _ in self.changes)

    def kinds(self, allowed):
        return {kind for kind, is_allowed, _ in self.changes if is_allowed == allowed}


class Answer:
    def __init__(self, text, status):
        self.status, self.signatures, self.error, self.findings, self.covered = status, [], None, {}, None
        self.shortened = False
        for line in text.splitlines():
            name, *fields = line.split('\t')
            if name == 'signature':
                self.signatures.append(Signature(fields))
            elif name == 'change':
                self.signatures[-1].changes.append((fields[0], fields[1] == 'allowed', fields[2]))
            elif name == 'problem':
                self.signatures[-1].problems.append(fields[0])
            elif name == 'reason':
                self.signatures[-1].reason = fields[0]
            elif name == 'finding':
                self.findings[fields[0]] = (int(fields[1]), int(fields[2]), fields[3])
            elif name == 'shortened':
                self.shortened = True
            elif name == 'covered':
                self.covered = fields[0]
            elif name == 'error':
                self.error = (fields[0], int(fields[1]), fields[2])


class DocumentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='signet-document-')
        cls.dir = cls.folder.name
        cls.make_key('rsa', ['-newkey', 'rsa:3072'], 'Sample Signer')
        cls.make_key('ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'Sample Second Signer')
        cls.make_key('p384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], 'Sample Third Signer')

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def make_key(cls, name, options, subject):
        subprocess.run(['openssl', 'req', '-x509', *options, '-nodes', '-keyout', cls.path(name + '.key'), '-out', cls.path(name + '.pem'),
                        '-subj', '/CN=' + subject, '-days', '30', '-addext', 'keyUsage=critical,nonRepudiation'],
                       check=True, stderr=subprocess.DEVNULL)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def put(cls, name, data):
        with open(cls.path(name), 'wb') as out:
            out.write(data)
        return cls.path(name)

    @classmethod
    def get(cls, name):
        with open(cls.path(name), 'rb') as source:
            return source.read()

    @staticmethod
    def tool(*arguments):
        done = subprocess.run([TOOL, *arguments], capture_output=True, timeout=120)
        # the sanitizer's own search for leaks, not the program, can die in the memory that threads have of a library loaded late: once more without that
        if b'LeakSanitizer has encountered a fatal error' in done.stderr:
            options = os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'
            done = subprocess.run([TOOL, *arguments], capture_output=True, timeout=120, env={**os.environ, 'ASAN_OPTIONS': options})
        if done.returncode not in (0, 1) or done.stderr:
            raise AssertionError('%s ended with %d: %s' % (arguments, done.returncode, done.stderr.decode(errors='replace')[-2000:]))
        return Answer(done.stdout.decode(), done.returncode)

    def sign(self, source, target, key='rsa', *options):
        answer = self.tool('sign', source, self.path(target), self.path(key + '.key'), self.path(key + '.pem'), *options)
        self.assertEqual(answer.status, 0, answer.error)
        return self.path(target)

    def refuse(self, source, code, *options, domain=DOMAIN):
        answer = self.tool('sign', source, self.path('refused.pdf'), self.path('rsa.key'), self.path('rsa.pem'), *options)
        self.assertEqual(answer.status, 1)
        self.assertEqual(answer.error[:2], (domain, code), answer.error)
        return answer.error[2]

    def find(self, *paths):
        return self.tool('find', *paths)

    def find_bytes(self, data):
        return self.find(self.put('manipulated.pdf', data))

    def assert_never_clean(self, data, what=''):
        """Manipulated: an error or a signature that is not passed off as good, and never no signature at all."""
        answer = self.find_bytes(data)
        if answer.error is None:
            self.assertTrue(answer.signatures, 'called unsigned: %s' % what)
            for signature in answer.signatures:
                self.assertFalse(signature.passes, 'passed: %s: %s' % (what, vars(signature)))
        return answer


def byte_range(data):
    """The last one of a file, and where its numbers stand."""
    match = list(re.finditer(rb'/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]', data))[-1]
    return match, [int(n) for n in match.groups()]


def covered(data):
    _, (a, b, c, d) = byte_range(data)
    return data[a:a + b] + data[c:c + d]


def contents(data):
    _, (_, b, c, _) = byte_range(data)
    return bytes.fromhex(data[b + 1:c - 1].decode())


def with_range(data, text):
    """Another array in the place of the byte range, same length."""
    match, _ = byte_range(data)
    replacement = b'/ByteRange ' + text
    room = match.end() - match.start()
    if len(replacement) > room:
        raise ValueError('does not fit')
    return data[:match.start()] + replacement.ljust(room) + data[match.end():]


def main():
    unittest.main(argv=sys.argv[:1], verbosity=1)
