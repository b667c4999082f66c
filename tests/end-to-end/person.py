# SPDX-License-Identifier: GPL-3.0-or-later
"""person: somebody with folders of their own and a software token, and authorities filed by hand; without the servers of a whole world.

Like world.py, this sees Signet as a script does.
"""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
CLI = os.environ['SIGNET_CLI']
PATIENCE = 180 if os.environ.get('SIGNET_SANITIZED') == '1' else 120


class Person:
    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix='signet-test.'))
        os.chmod(self.root, 0o700)
        self.data = self.root / 'data/signet'
        (self.data / 'authorities').mkdir(parents=True, mode=0o700)
        self.environment = {name: value for name, value in os.environ.items() if name not in ('SIGNET_USER_DIR', 'SIGNET_AUTHORITY_PATH')}
        self.environment.update(HOME=str(self.root), XDG_DATA_HOME=str(self.root / 'data'), XDG_CONFIG_HOME=str(self.root / 'config'),
                                XDG_CACHE_HOME=str(self.root / 'cache'), XDG_STATE_HOME=str(self.root / 'state'), SECRET_BACKEND='file',
                                SECRET_FILE_TEST_PATH=str(self.root / 'ring'), SECRET_FILE_TEST_PASSWORD='sample')
        self.pin = self.write_secret('pin', '1234')
        self.signet('token', 'init', '--software', '--label', 'Practice', '--pin-file', self.pin, '--so-pin-file',
                    self.write_secret('so-pin', '12345678'), expect=0)

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def write_secret(self, name, text):
        path = self.root / name
        path.touch(mode=0o600)
        path.write_text(text, encoding='utf-8')
        return path

    def signet(self, *arguments, expect=None, environment=None, text=True, **options):
        if 'input' not in options:
            options.setdefault('stdin', subprocess.DEVNULL)
        run = subprocess.run([CLI, *map(str, arguments)], env={**self.environment, **(environment or {})}, capture_output=True, text=text,
                             timeout=PATIENCE, check=False, **options)
        if expect is not None and run.returncode != expect:
            raise AssertionError(f'{arguments}: {run.returncode}, not {expect}\n{run.stdout}\n{run.stderr}')
        return run

    def file_authority(self, name, chain, changes=()):
        """The profile tests/tools/NAME.profile, with each (pattern, text) of @changes."""
        text = (SOURCE / f'tests/tools/{name}.profile').read_text(encoding='utf-8')
        for pattern, new in changes:
            text = re.sub(pattern, lambda match, new=new: new, text, flags=re.MULTILINE)
        (self.data / f'authorities/{name}.profile').write_text(text, encoding='utf-8')
        (self.data / f'authorities/{name}-chain.pem').write_bytes(chain)
