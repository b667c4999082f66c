#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-man: the pages format without a warning, and signet.1 knows every command and option that --help shows.

Usage: check-man.py FOLDER SIGNET
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def warnings(page):
    formatter = shutil.which('groff')
    if formatter is None:
        return ['groff is not installed']
    run = subprocess.run([formatter, '-man', '-Tutf8', '-ww', '-Z', str(page)], capture_output=True, text=True, check=False)
    return [f'{page.name}: {line}' for line in run.stderr.splitlines()]


def commands(signet):
    return re.findall(r'^  ([a-z]+(?: [a-z-]+)?)  +\S', output(signet, '--help'), re.MULTILINE)


def main():
    folder, signet = Path(sys.argv[1]), sys.argv[2]
    findings = [line for page in sorted(folder.glob('*.1')) for line in warnings(page)]
    text = (folder / 'signet.1').read_text(encoding='utf-8').replace('\\-', '-')
    known = commands(signet)
    for command in known:
        if command not in text:
            findings.append(f'signet.1 does not tell of {command}')
        for option in re.findall(r'^ +(?:-., )?(--[a-z-]+)', output(signet, *command.split(), '--help'), re.MULTILINE):
            if option not in text:
                findings.append(f'signet.1 does not tell of {command} {option}')
    for line in findings:
        print(line)
    print(f'{len(known)} commands')
    return 1 if findings or len(known) < 10 else 0


if __name__ == '__main__':
    sys.exit(main())
