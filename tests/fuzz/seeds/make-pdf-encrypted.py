#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the seeds of fuzz-pdf-encrypted again, and those of fuzz-pdf that hide something: make-pdf-encrypted.py DOCUMENT-TOOL. The password is "open"."""
import os
import subprocess
import sys
import tempfile

SEEDS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, SEEDS + '/../../document')
import pdf_maker  # noqa: E402

KINDS = {'rc4-40': ['40'], 'rc4-128': ['128', '--use-aes=n'], 'aes-128': ['128', '--use-aes=y'], 'aes-128-plain-metadata': ['128', '--use-aes=y', '--cleartext-metadata'],
         'aes-256': ['256'], 'aes-256-r5': ['256', '--force-R5'], 'aes-256-limited': ['256', '--modify=form']}


def put(path, data):
    with open(path, 'wb') as out:
        out.write(data)
    return path


def make_encrypted(tool, key, work, folder):
    form = put(work + '/form.pdf', pdf_maker.write_form())
    for name, options in KINDS.items():
        pdf_maker.qpdf(form, f'{folder}/{name}', '--allow-weak-crypto', '--encrypt', 'open', 'owner', *options, '--')
    pdf_maker.qpdf(form, folder + '/streams', '--object-streams=generate', '--encrypt', 'open', 'owner', '256', '--')
    for name in ('rc4-128', 'aes-128', 'aes-256', 'streams'):
        subprocess.run([tool, 'sign', f'{folder}/{name}', f'{folder}/{name}-signed', key + '.key', key + '.pem', 'room=1100', 'password=open', 'field=approval'],
                       check=True)


def make_hiding(folder):
    """One of everything that is told before signing."""
    script = b'<< /S /JavaScript /JS (app.alert\\(1\\)) /Next [<< /S /Launch /F (x) >>] >>'
    look = pdf_maker.stream(b'q BT /F1 10 Tf [(1) -2 (00)] TJ <3030> Tj ET Q', b'/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> >> ')
    put(folder + '/hiding', pdf_maker.write_form(
        o1=b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R /OpenAction %s /OCProperties << /OCGs [14 0 R] /D << /OFF [14 0 R] >> >> '
           b'/Names << /JavaScript << /Names [(a) %s] >> /EmbeddedFiles << /Names [(f) << /F (f.txt) >>] >> >> >>' % (script, script),
        o5=b'<< /Type /Font /Subtype /Type0 /BaseFont /S /Encoding /Identity-H /ToUnicode 13 0 R >>',
        o6=b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (900) /F 2 /Rect [20 20 120 40] /P 3 0 R /AP << /N 7 0 R >> >>', o7=look,
        o13=pdf_maker.stream(b'1 beginbfrange <3030> <3039> <0030> <0001> <0002> [<0041> <0042>] endbfrange 1 beginbfchar <3130> <4E00> endbfchar'),
        o14=b'<< /Type /OCG /Name (Draft) >>'))


def main():
    tool = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        key = work + '/key'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key + '.key', '-out', key + '.pem',
                        '-subj', '/CN=Sample Signer', '-days', '3650'], check=True, stderr=subprocess.DEVNULL)
        os.makedirs(SEEDS + '/pdf-encrypted', exist_ok=True)
        make_encrypted(tool, key, work, SEEDS + '/pdf-encrypted')
        make_hiding(SEEDS + '/pdf')


main()
