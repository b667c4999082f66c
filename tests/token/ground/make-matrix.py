#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-matrix: the table of docs/tokens.md, made from what test-ground.py holds every token to.

    make-matrix.py --check FILE      status 1 when the table in FILE is another one
    make-matrix.py --write FILE      puts the table there, between its two marks
"""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ.setdefault('SIGNET_BUILD_ROOT', '.')
# pylint: disable=wrong-import-position
from operations import OPERATIONS
from table import Table

BEGIN, END = '<!-- made by tests/token/ground/make-matrix.py -->\n', '<!-- end of what was made -->\n'
# what stands in a cell; every other word is an error with which the core refuses
WORDS = {'yes': 'yes', 'NoReader': '·', 'NoKey': '·', 'NoSlot': '·', 'NoManager': '·', 'NoCertificate': '·', 'NeverLocks': 'never locks', 'Unsupported': 'refused',
         'LockedOut': 'refused: locked out'}


def make():
    table = Table(HERE / 'tokens.ini', [name for name, _, _ in OPERATIONS])
    notes = []
    lines = ['| | ' + ' | '.join(subject.title for subject in table.subjects.values()) + ' |', '| --- |' + ' --- |' * len(table.subjects)]
    for name, title, _ in OPERATIONS:
        cells = []
        for subject in table.subjects:
            expected = table.expected(name, subject)
            if expected.broken and expected.broken not in notes:
                notes.append(expected.broken)
            cells.append(f'**no** ({notes.index(expected.broken) + 1})' if expected.broken else WORDS.get(expected.outcome, expected.outcome))
        lines.append(f'| {title} | ' + ' | '.join(cells) + ' |')
    text = '\n'.join(lines) + '\n'
    if notes:
        text += '\n' + '\n'.join(f'({number}) {note}.' for number, note in enumerate(notes, 1)) + '\n'
    return text


def main():
    verb, path = sys.argv[1], pathlib.Path(sys.argv[2])
    text = path.read_text(encoding='utf-8')
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    new = make()
    if verb == '--write':
        path.write_text(before + BEGIN + new + END + after, encoding='utf-8')
        return 0
    if old == new:
        return 0
    print(f'{path}: the table is not what tokens.ini says; run tests/token/ground/make-matrix.py --write {path}')
    return 1


sys.exit(main())
