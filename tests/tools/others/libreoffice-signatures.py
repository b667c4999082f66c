#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What LibreOffice makes of the signatures of PDFs: a line "FILE-NUMBER intact|broken whole|part" each. Usage: FILE… (with the system's Python)."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno

PATIENCE = 60


def connect(pipe):
    resolver = uno.getComponentContext().ServiceManager.createInstance('com.sun.star.bridge.UnoUrlResolver')
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return resolver.resolve(f'uno:pipe,name={pipe};urp;StarOffice.ComponentContext')
        except Exception:  # pylint: disable=broad-except  # what it raises before it listens is its own
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def tell(context, paths):
    create = context.ServiceManager.createInstanceWithContext
    files = create('com.sun.star.ucb.SimpleFileAccess', context)
    signatures = create('com.sun.star.security.DocumentDigitalSignatures', context)
    for number, path in enumerate(paths, 1):
        for told in signatures.verifyDocumentContentSignatures(None, files.openFileRead(Path(path).resolve().as_uri())):
            print(number, 'intact' if told.SignatureIsValid else 'broken', 'part' if told.PartialDocumentSignature else 'whole')


def main():
    profile = tempfile.mkdtemp(prefix='signet-office.')
    pipe = f'signet{os.getpid()}'
    office = subprocess.Popen(['soffice', '--headless', '--norestore', f'-env:UserInstallation=file://{profile}', f'--accept=pipe,name={pipe};urp;'],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        tell(connect(pipe), sys.argv[1:])
    finally:
        os.killpg(office.pid, 9)
        office.wait()
        shutil.rmtree(profile, ignore_errors=True)


main()
