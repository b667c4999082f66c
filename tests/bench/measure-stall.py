#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""measure-stall: how long the window does not react while the module of a token hangs.

A timer in the running window (bench-stall.c) notes the longest time between two turns of its main loop. The same steps are measured with a
module that behaves and with one that hangs (tests/token/hostile): what the hanging adds is ours to answer for. Run by ./dev bench, on a
display of its own.
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position

MODULE = os.environ['SIGNET_TEST_HOSTILE']
AIM = 50  # milliseconds
STAGES = (
    ('looking for tokens', 'C_GetSlotList'),
    ('logging in', 'C_Login'),
    ('signing', 'C_Sign'),
)


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)


class Measurement:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.token = self.folder / 'token'
        self.token.mkdir()
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', self.token / 'key.pem')
        openssl('req', '-x509', '-new', '-key', self.token / 'key.pem', '-subj', '/CN=Sample Person', '-days', '30', '-outform', 'DER',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', self.token / 'cert.der')
        self.document = self.folder / 'document.pdf'
        subprocess.run([sys.executable, SOURCE / 'tests/bench/make-pdf.py', '20000', self.document], check=True)
        self.result = self.folder / 'longest'
        self.arm = self.folder / 'longest.arm'
        self.environment = {**os.environ, 'HOME': str(self.folder), 'SIGNET_USER_DIR': str(self.folder / 'user'),
                            'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'BENCH_STALL_FILE': str(self.result)}
        for name in ('tries', 'logins', 'fault'):
            (self.token / name).write_bytes(b'')
        subprocess.run([BUILD / 'app/cli/signet', 'token', 'modules', 'add', MODULE], env=self.environment, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def fault(self, name):
        (self.token / 'fault').write_text(name, encoding='ascii')

    def measure(self, seconds, act):
        """The longest stall from @act on, in milliseconds."""
        self.result.unlink(missing_ok=True)
        self.arm.touch()
        time.sleep(0.2)
        act()
        time.sleep(seconds)
        self.arm.unlink()
        end = time.monotonic() + 30
        while not self.result.exists():
            if time.monotonic() > end:
                raise SystemExit('the window did not answer for 30 seconds')
            time.sleep(0.05)
        return float(self.result.read_text(encoding='ascii'))

    def to_the_pin(self, desk):
        desk.find('Sample Person')
        desk.find('Sign…', ('push button', 'button'), sensitive=True)
        time.sleep(1)
        desk.click('Sign…')
        desk.fill('PIN', '1234')
        time.sleep(1)

    def run(self, function, hangs):
        self.fault('')
        for path in self.folder.glob('document-signed*'):
            path.unlink()
        environment = {**self.environment, 'LD_PRELOAD': str(BUILD / 'tests/bench/libbench-stall.so')}
        desk = Desk(environment, self.document)
        try:
            if function == 'C_GetSlotList':
                desk.find('Sample Person')
                time.sleep(1)
            else:
                self.to_the_pin(desk)
            if hangs:
                self.fault(f'hang {function}')
            return self.measure(3, (lambda: None) if function == 'C_GetSlotList' else (lambda: desk.click('Sign')))
        finally:
            self.fault('')
            desk.close()


def main():
    with tempfile.TemporaryDirectory(prefix='signet-bench.') as folder:
        measurement = Measurement(folder)
        print('the longest time the window does not react, 3 seconds from the step on : the same with a module that behaves')
        for name, function in STAGES:
            good, bad = measurement.run(function, False), measurement.run(function, True)
            print(f'  {name:20s} hanging in {function:14s} {bad:6.1f} ms  behaving {good:6.1f} ms  aim {AIM} ms: {"met" if bad <= AIM else "MISSED"}',
                  flush=True)


if __name__ == '__main__':
    main()
