# SPDX-License-Identifier: GPL-3.0-or-later
"""others: what programs that are not ours make of a signed file. Each returns what it said; the caller says what it should have said."""
import atexit
import functools
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
JARS = Path('/usr/share/java')
PDFBOX = ('pdfbox2', 'fontbox2', 'bcprov', 'bcpkix', 'bcutil', 'commons-logging')
# what a sanitizer preloads for our programs is not for theirs
QUIET = {**{name: value for name, value in os.environ.items() if name not in ('LD_PRELOAD', 'JAVA_TOOL_OPTIONS')}, 'LC_ALL': 'C.UTF-8'}


def run(*command, **options):
    """Status and all that was said."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=QUIET, **options)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


@functools.lru_cache(maxsize=None)
def java_class(name, jars):
    """Compiles HERE/@name.java once; returns the class path to run it with."""
    folder = tempfile.mkdtemp(prefix='signet-java.')
    atexit.register(shutil.rmtree, folder, True)
    path = ':'.join([*(str(JARS / f'{jar}.jar') for jar in jars), folder])
    status, said = run('javac', '-nowarn', '-Xlint:-unchecked', '-cp', path, '-d', folder, HERE / f'{name}.java')
    if status != 0:
        raise RuntimeError(f'{name}.java does not compile:\n{said}')
    return path


def java(name, jars, *arguments):
    return run('java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', java_class(name, jars), name, *arguments)


# --- PDF ----------------------------------------------------------------------------------------------------------------------


def pdfbox(path, password=None):
    """Lines of PdfSignatures.java: '1 signature intact whole time-stamp intact', 'evidence 3 2 0'."""
    status, said = java('PdfSignatures', PDFBOX, path, *([password] if password is not None else []))
    return said.splitlines() if status == 0 else [f'failed: {said}']


def pdfbox_each(files):
    """The same for each (path, password or None), with one start for all, because it starts slowly."""
    status, said = java('PdfSignatures', PDFBOX, '--each', *(word for path, password in files for word in (path, password or '')))
    if status != 0:
        raise RuntimeError(f'PdfSignatures: {said}')
    told = [[] for _file in files]
    for line in said.splitlines():
        number, rest = line.split(' ', 1)
        told[int(number) - 1].append(rest)
    return told


def pdfbox_fields(path):
    """Has PDFBox make a form: PdfFields.java."""
    status, said = java('PdfFields', PDFBOX, path)
    if status != 0:
        raise RuntimeError(f'PdfFields: {said}')


def pdfbox_archive(*paths):
    """What PDFBox preflight has against each file as PDF/A-1b."""
    status, said = java('PdfArchive', (*PDFBOX, 'preflight', 'xmpbox', 'commons-io', 'javax.activation', 'jaxb-api'), *paths)
    if status != 0:
        raise RuntimeError(f'PdfArchive: {said}')
    told = [[] for _path in paths]
    for line in said.splitlines():
        number, rest = line.split(' ', 1)
        told[int(number) - 1].append(rest)
    return told


def pdfsig(path, password=None):
    """A pair for each signature: valid, and total document signed."""
    _status, said = run('pdfsig', '-nocert', *(['-upw', password] if password is not None else []), path)
    valid = [line.endswith('is Valid.') for line in re.findall(r'Signature Validation: .*', said)]
    total = [said_of == 'Total' for said_of in re.findall(r'- (Total|Not total) document signed', said)]
    return list(zip(valid, total))


def mutool(path, password=None):
    """What it says of the digest of each signature."""
    _status, said = run('mutool', 'sign', '-v', *(['-p', password] if password is not None else []), path)
    return said


def qpdf(path, password=None):
    """0 and nothing to warn of."""
    status, said = run('qpdf', '--check', *([f'--password={password}'] if password is not None else []), path)
    return status == 0 and 'WARNING' not in said, said


def libreoffice(*paths):
    """For each file its signatures: (intact, whole). One start for all: it takes seconds."""
    status, said = run('/usr/bin/python3', HERE / 'libreoffice-signatures.py', *paths)
    if status != 0:
        raise RuntimeError(f'LibreOffice did not answer:\n{said}')
    told = [line.split() for line in said.splitlines()]
    return [[(words[1] == 'intact', words[2] == 'whole') for words in told if words[0] == str(number)] for number in range(1, len(paths) + 1)]


# --- CMS ----------------------------------------------------------------------------------------------------------------------


def openssl_cms(path, anchors, content=None):
    """CAdES as openssl verifies it, with the chain to @anchors (a PEM file)."""
    status, said = run('openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path, '-CAfile', anchors, '-purpose', 'any',
                       *(['-content', content] if content is not None else []), '-out', '/dev/null')
    return status == 0, said


BOUNCY = ('bcprov', 'bcpkix', 'bcutil')


def bouncycastle(*files):
    """For each (CMS, content or None) what BouncyCastle says of its signatures: {'1': True, '1.1': True}; {} when it cannot read it."""
    status, said = java('CmsSignatures', BOUNCY, *(word for path, content in files for word in (path, content or '')))
    if status != 0:
        raise RuntimeError(f'CmsSignatures: {said}')
    told = [{} for _file in files]
    for line in said.splitlines():
        number, name, verdict, *_rest = line.split(' ')
        if name != '0':
            told[int(number) - 1][name] = verdict == 'intact'
    return told


def openssl_ts(token, data, anchors):
    """A time-stamp token (a file) over the bytes of a file."""
    status, said = run('openssl', 'ts', '-verify', '-token_in', '-in', token, '-data', data, '-CAfile', anchors, '-untrusted', anchors)
    return status == 0 and 'Verification: OK' in said, said


# --- containers ---------------------------------------------------------------------------------------------------------------


def unzip_tests(path):
    status, said = run('unzip', '-tq', path)
    return status == 0, said


def file_type(path):
    """What `file` calls it: the type a container says it has, when its first member is as it should be."""
    return run('file', '--brief', path)[1].strip()


# --- XML ----------------------------------------------------------------------------------------------------------------------


# --eddsa: Santuario 2.1 does not know RFC 9231; the Ed25519 of the JDK is put beneath it, references and canonical form stay its own
SANTUARIO = ('xmlsec', 'slf4j-api', 'slf4j-nop', 'commons-codec', 'bcprov', 'bcpkix', 'bcutil')


def santuario(*paths, eddsa=False):
    """Lines of XmlSignatures.java for each file: ['1 intact archive intact']; all files in one go, because it starts slowly."""
    status, said = java('XmlSignatures', SANTUARIO, *(['--eddsa'] if eddsa else []), *paths)
    if status != 0:
        raise RuntimeError(f'XmlSignatures: {said}')
    told = [[] for _path in paths]
    for line in said.splitlines():
        number, rest = line.split(' ', 1)
        told[int(number) - 1].append(rest)
    return told


def xmlsec1(path):
    """Whether it takes the signature, or each of a list of them (XAdESSignatures), whoever made it; references lead to files beside it."""
    path = Path(path)
    nodes = [[]]
    if b'XAdESSignatures' in path.read_bytes()[:1024]:  # another document may be in an encoding that Python does not know
        nodes = [['--node-xpath', f'/*/*[{number + 1}]'] for number in range(len(ElementTree.parse(path).getroot()))]
    answers = [run('xmlsec1', '--verify', '--id-attr:Id', 'SignedProperties', '--id-attr:Id', 'Object', '--enabled-key-data', 'x509', '--insecure', *node,
                   path.name, cwd=path.parent) for node in nodes]
    return bool(answers) and all(status == 0 and 'OK' in said for status, said in answers)


# --- what npm has: only where somebody put it ------------------------------------------------------------------------------------


def npm_missing(*tools):
    """Why these cannot be asked; None when they can."""
    folder = os.environ.get('SIGNET_NPM')
    if shutil.which('node') is None:
        return 'node is not there'
    if not folder:
        return f'SIGNET_NPM does not name a folder where `npm install {" ".join(tools)}` was run'
    missing = [tool for tool in tools if not (Path(folder) / 'node_modules' / tool).is_dir()]
    return f'not in {folder}/node_modules: {missing}' if missing else None


def npm(tool, files):
    """For each (file, document) whether @tool takes it. A script finds modules beside itself, so it is put there for the call."""
    folder = Path(os.environ['SIGNET_NPM'])
    with tempfile.NamedTemporaryFile('w', dir=folder, prefix='signet-', suffix='.mjs', encoding='utf-8') as script:
        script.write((HERE / f'{tool}.mjs').read_text(encoding='utf-8'))
        script.flush()
        status, said = run('node', script.name, *(part for pair in files for part in pair))
    lines = [line for line in said.splitlines() if line.startswith(('intact', 'broken'))]
    if status != 0 or len(lines) != len(files):
        raise RuntimeError(f'{tool}: {said}')
    return [line == 'intact' for line in lines]
