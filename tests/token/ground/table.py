# SPDX-License-Identifier: GPL-3.0-or-later
"""table: tokens.ini read and checked: every operation has its line, every line its five words, every "broken" its reason."""
import configparser
from collections import namedtuple

Subject = namedtuple('Subject', 'launcher module title')
Expected = namedtuple('Expected', 'outcome broken')   # broken: why, or None


class Table:
    def __init__(self, path, operations):
        self.file = configparser.ConfigParser(interpolation=None, delimiters=('=',), comment_prefixes=('#',))
        self.file.optionxform = str
        self.file.read(path, encoding='utf-8')
        self.subjects = {}
        for name, line in self.file['subjects'].items():
            launcher, module, title = line.split(maxsplit=2)
            self.subjects[name] = Subject(launcher, int(module), title)
        self.lines = {name: dict(zip(self.subjects, line.split(), strict=True)) for name, line in self.file['operations'].items()}
        assert list(self.lines) == list(operations), \
            f'tokens.ini and operations.py differ in {sorted(set(self.lines) ^ set(operations)) or "their order"}'
        marked = {f'{name} {subject}' for name, line in self.lines.items() for subject, word in line.items() if word == 'broken'}
        assert marked == set(self.file['broken']), f'"broken" without a reason, or a reason without it: {marked ^ set(self.file["broken"])}'

    def data(self, subject):
        return {**self.file[subject], 'operations': {name: line[subject] for name, line in self.lines.items()}}

    def expected(self, operation, subject):
        word = self.lines[operation][subject]
        return Expected(word, self.file['broken'][f'{operation} {subject}'] if word == 'broken' else None)
