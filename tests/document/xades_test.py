# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of XML signatures share: the tool, and xmlsec1 as a second opinion."""
import os
import subprocess

from document_test import DocumentTest

XADES_TOOL = os.environ['SIGNET_XADES_TOOL']
DS = '{http://www.w3.org/2000/09/xmldsig#}'
XADES = '{http://uri.etsi.org/01903/v1.3.2#}'


class XadesTest(DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_key('p521', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'], 'Sample Fourth Signer')

    @classmethod
    def xades(cls, verb, target, key, *options, status=0):
        done = subprocess.run([XADES_TOOL, verb, cls.path(target), cls.path(key + '.key'), cls.path(key + '.pem'), *options], capture_output=True,
                              timeout=120, cwd=cls.dir)
        if done.returncode != status or done.stderr:
            raise AssertionError('%s ended with %d: %s' % (options, done.returncode, (done.stdout + done.stderr).decode(errors='replace')[-2000:]))
        return done.stdout.decode()

    @classmethod
    def xmlsec(cls, name):
        """Whether xmlsec1 takes it; relative references are looked for beside the file."""
        done = subprocess.run(['xmlsec1', '--verify', '--id-attr:Id', 'SignedProperties', '--id-attr:Id', 'Object', '--enabled-key-data', 'x509', '--insecure',
                               cls.path(name)], capture_output=True, timeout=60, cwd=cls.dir)
        return done.returncode == 0 and b'OK' in done.stderr
