#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the seeds of fuzz-extension: a PDF and a CMS at each level, signed and extended in a world of sample data.

Needs a build: run it as `./dev run tests/fuzz/seeds/make-levels.py`, or with the environment of the tests of the command line.
"""
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / 'end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position


def main():
    world = World('ec-p256')
    desk = world.folder / 'desk'
    out = HERE / 'extension'
    out.mkdir(exist_ok=True)
    desk.mkdir()
    tsa = f"http://127.0.0.1:{world.port('TSA')}/"
    sample_pdf(desk / 'a.pdf', 2000)
    (desk / 'a.txt').write_text('sample data\n', encoding='utf-8')
    for level in ('b', 't', 'lt', 'lta'):
        for name, form, ending in (('a.pdf', 'pades', 'pdf'), ('a.txt', 'cades', 'p7m')):
            more = ['--enclosed'] if form == 'cades' else []
            run = world.signet('sign', '--pin-file', world.pin, '--format', form, *more, '--level', level, '--tsa', tsa, '-o', out / f'{level}.{ending}',
                               '--overwrite', desk / name)
            if run.returncode != 0:
                sys.exit(run.stdout + run.stderr)
    shutil.copy(desk / 'a.pdf', out / 'unsigned.pdf')
    world.close()


if __name__ == '__main__':
    main()
