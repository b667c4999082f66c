# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of XML signatures share: the tool, and xmlsec1 and Apache Santuario as second opinions."""
import os
import subprocess
import sys
from pathlib import Path

from document_test import DocumentTest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position

XADES_TOOL = os.environ['SIGNET_XADES_TOOL']
DS = '{http://www.w3.org/2000/09/xmldsig#}'
XADES = '{http://uri.etsi.org/01903/v1.3.2#}'
# namespaces, character data that looks like markup, what is not ASCII, and things outside of the root
DOCUMENT = ('<?xml version="1.0"?>\n<?style sheet?><!-- a --><a:root xmlns:a="urn:a" xmlns="urn:d"\n b="x>y" ><item  id="1"/>'
            '<![CDATA[ </a:root> ]]>&#x4e2d;\n</a:root >\n<!-- </a:root> -->\n').encode()


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
        return others.xmlsec1(cls.path(name))

    @classmethod
    def santuario(cls, *names):
        return others.santuario(*(cls.path(name) for name in names))
