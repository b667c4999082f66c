#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-house: the rules of the house, read from the sources themselves.

  layers    a room includes only rooms above it in meson.build's list; GTK and libadwaita only in app/desktop; plugins know only
            plugins/sdk; the token host knows only app/core/base and the error codes it shares with its client
  size      no source file above 800 lines
  licence   an SPDX line on top: GPL-3.0-or-later, MIT in plugins/sdk; a plugin may be either
  rooms     every room has a README of a useful length
  names     an exported function is named after its file, its room or a type of its header, and a header declares it
  quarks    the first argument of G_DEFINE_QUARK is text, not a difference: no blank in it (clang-format puts some there)
  profiles  a profile that names hosts says which are the authority's own, so that a delegation can be told

Usage: check-house.py [--layers-only] [--stamp FILE --depfile FILE] TOP. Prints one line a finding, "file:line: what is wrong".
"""
import argparse
import os
import re
import sys
from pathlib import Path

MAX_LINES = 800
README_LINES = (5, 60)
SOURCE_FOLDERS = ('app', 'plugins', 'tests')
SOURCE_SUFFIXES = {'.c', '.h', '.py', '.sh', '.build', '.ui', '.css', '.xml'}
LICENSED_SUFFIXES = {'.c', '.h', '.py', '.sh', '.build'}
GTK_INCLUDE = re.compile(r'^(gtk|gdk(?!-pixbuf)|gsk|adw|adwaita)\b', re.ASCII)
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
# GNU style: the name of a defined function stands at the start of a line, its type on the line before
DEFINITION = re.compile(r'^([a-z_][a-z0-9_]*) ?\(')
QUARK = re.compile(r'^\s*G_DEFINE_QUARK\s*\(\s*([^,)]*?)\s*,', re.MULTILINE)
ENTRY_POINTS = {'main', 'LLVMFuzzerTestOneInput', 'LLVMFuzzerInitialize', 'C_GetFunctionList', 'OSSL_provider_init'}
TYPE = re.compile(r'(?:^typedef (?:struct|enum|union) _?|\} |G_DECLARE_\w+ \(|^typedef .*\(\*)(Signet\w+)', re.MULTILINE)
# the headers of app/core/token that its other end, the token host, needs: both ends of the wire name errors and frame messages by them
SHARED_WITH_HOST = ('signet-token-error.h', 'signet-token-frame.h')
# the visible escape: a comment "names: signet_time" in a header allows that prefix there
ESCAPE = re.compile(r'\bnames: (signet_\w+)')


def read_rooms(top):
    text = (top / 'meson.build').read_text(encoding='utf-8')
    match = re.search(r'^rooms = \[([^\]]*)\]', text, re.MULTILINE)
    if not match:
        raise SystemExit('check-house: meson.build has no list of rooms')
    return re.findall(r"'([a-z]+)'", match.group(1))


def snake(name):
    """SignetHTTPDoor -> signet_http_door"""
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', '_', name).lower()


def strip_comments(text):
    """The text without comments and string contents, line numbers kept."""
    def blank(match):
        token = match.group(0)
        return token if token.startswith('#') else re.sub(r'[^\n]', ' ', token)
    return re.sub(r'^[ \t]*#[ \t]*include[^\n]*|/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL | re.MULTILINE)


class House:
    def __init__(self, top):
        self.top = top
        self.rooms = read_rooms(top)
        self.findings = []
        self.files = []
        self.folders = {top}
        for folder in SOURCE_FOLDERS:
            self._collect(top / folder)

    def _collect(self, folder):
        if not folder.is_dir():
            return
        self.folders.add(folder)
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                if path.name not in ('__pycache__', 'bad-house'):
                    self._collect(path)
            elif path.is_file():
                self.files.append(path)

    def find(self, path, line, text):
        self.findings.append(f'{path.relative_to(self.top)}:{line}: {text}')

    # --- layers ------------------------------------------------------------------------------------------------------
    def check_layers(self):
        for path in self.files:
            if path.suffix in ('.c', '.h'):
                for number, line in enumerate(path.read_text(encoding='utf-8', errors='replace').split('\n'), 1):
                    match = INCLUDE.match(line)
                    if match:
                        self.check_include(path, number, match.group(1) == '"', match.group(2))
            elif path.name == 'meson.build':
                self.check_dependencies(path)

    def check_include(self, path, line, quoted, target):
        where = self.room_of(path)
        if GTK_INCLUDE.match(target) and where[0] not in ('desktop', 'tests'):
            self.find(path, line, f'GTK belongs in app/desktop: {target}')
        if not quoted:
            return
        included = self.resolve(path, target)
        if included is None:
            return
        door = self.room_of(included)
        reason = self.forbidden(where, door)
        if reason and not (where[0] == 'token-host' and included.name in SHARED_WITH_HOST):
            self.find(path, line, f'{reason}: {target}')

    def resolve(self, path, target):
        included = (path.parent / target).resolve()
        if included.is_relative_to(self.top) and included.exists():
            return included
        # found through an include path: the name alone says whose it is
        name = Path(target).name
        return next((file for file in self.files if file.name == name and file.suffix == '.h'), None)

    def room_of(self, path):
        """('core', 'token'), ('desktop', None), ('plugin', 'cmp')…"""
        parts = path.relative_to(self.top).parts
        if parts[:2] == ('app', 'core') and len(parts) > 3:
            return ('core', parts[2])
        if parts[0] == 'app' and len(parts) > 2:
            return (parts[1], None)
        if parts[0] == 'plugins' and len(parts) > 2:
            return ('plugin', parts[1])
        return (parts[0], None)

    def forbidden(self, where, door):
        kind, room = where
        if kind == 'tests' or where == door:
            return None
        if door[0] == 'tests':
            return 'nothing includes the tests'
        if kind == 'core':
            return self.forbidden_in_core(room, door)
        if kind == 'token-host':
            return None if door == ('core', 'base') else 'the token host knows only app/core/base'
        if kind == 'plugin':
            return None if door == ('plugin', 'sdk') else 'a plugin knows only plugins/sdk'
        if kind in ('cli', 'desktop', 'background'):
            return None if door[0] == 'core' else f'app/{kind} knows only app/core'
        return None

    def forbidden_in_core(self, room, door):
        if door[0] != 'core':
            return 'app/core knows neither faces nor plugins'
        if room not in self.rooms or door[1] not in self.rooms:
            return f'not in the list of rooms: {room if room not in self.rooms else door[1]}'
        if self.rooms.index(door[1]) > self.rooms.index(room):
            return f'upward include: {room} stands above {door[1]}'
        return None

    def check_dependencies(self, path):
        kind, room = self.room_of(path)
        if kind != 'core' or room not in self.rooms:
            return
        later = self.rooms[self.rooms.index(room) + 1:]
        for number, line in enumerate(path.read_text(encoding='utf-8').split('\n'), 1):
            for name in re.findall(r'\b([a-z0-9]+)_dep\b', line.split('#')[0]):
                if name in later:
                    self.find(path, number, f'upward dependency: {room} stands above {name}')
                if name in ('gtk', 'adw', 'adwaita'):
                    self.find(path, number, f'GTK belongs in app/desktop: {name}_dep')

    # --- size and licence --------------------------------------------------------------------------------------------
    def check_files(self):
        for path in self.files:
            is_script = not path.suffix and path.read_bytes()[:2] == b'#!'
            if path.suffix not in SOURCE_SUFFIXES and not is_script:
                continue
            text = path.read_text(encoding='utf-8', errors='replace')
            lines = text.count('\n')
            if lines > MAX_LINES:
                self.find(path, lines, f'{lines} lines: split by concern before {MAX_LINES}')
            if path.suffix in LICENSED_SUFFIXES or is_script:
                self.check_licence(path, text)
            # some tests start others as programs: a fresh clone shows what a working tree hides
            if text.startswith('#!') and not os.access(path, os.X_OK):
                self.find(path, 1, 'begins with #! and is not executable')

    def check_licence(self, path, text):
        match = re.search(r'SPDX-License-Identifier: ([\w.-]+)', '\n'.join(text.split('\n')[:5]))
        wanted = 'MIT' if self.room_of(path) == ('plugin', 'sdk') else 'GPL-3.0-or-later'
        if not match:
            self.find(path, 1, 'no SPDX-License-Identifier in the first five lines')
        elif match.group(1) != wanted and not self.may_be_mit(path, match.group(1)):
            self.find(path, 1, f'licence {match.group(1)}, here it is {wanted}')

    def may_be_mit(self, path, licence):
        """A plugin is its author's: as free as the kit, if they like. ./dev new-plugin starts it so."""
        return licence == 'MIT' and self.room_of(path)[0] == 'plugin'

    # --- rooms -------------------------------------------------------------------------------------------------------
    def check_readmes(self):
        folders = {path.parent for path in self.files if self.room_of(path)[0] not in ('tests', 'app', 'plugins')}
        for folder in sorted(folders):
            if len(folder.relative_to(self.top).parts) > (3 if 'core' in folder.parts else 2):
                continue
            readme = folder / 'README.md'
            if not any(path.suffix in ('.c', '.py') for path in self.files if path.parent == folder):
                continue
            if not readme.exists():
                self.find(readme, 1, 'every room has a README: what it is for, what it is not, whom it may include, threads, errors')
                continue
            lines = readme.read_text(encoding='utf-8').count('\n')
            if not README_LINES[0] <= lines <= README_LINES[1]:
                self.find(readme, 1, f'{lines} lines: a README of a room has {README_LINES[0]} to {README_LINES[1]}')

    # --- quarks and profiles ------------------------------------------------------------------------------------------
    def check_quarks(self):
        for path in self.files:
            if path.suffix not in ('.c', '.h'):
                continue
            text = path.read_text(encoding='utf-8', errors='replace')
            for match in QUARK.finditer(text):
                if re.search(r'\s', match.group(1)):
                    self.find(path, text.count('\n', 0, match.start()) + 1, f'G_DEFINE_QUARK with a blank in its text: {match.group(1)}')

    def check_profiles(self):
        for path in self.files:
            if (path.suffix != '.profile' and path.name != 'profile') or 'fuzz' in path.parts:
                continue
            groups = dict(re.findall(r'^\[([^\]\n]+)\]\n(.*?)(?=^\[|\Z)', path.read_text(encoding='utf-8'), re.MULTILINE | re.DOTALL))
            if re.search(r'^Hosts=', groups.get('Permissions', ''), re.MULTILINE) and \
                    not re.search(r'^(Hosts|Domains)=', groups.get('Authority', ''), re.MULTILINE):
                self.find(path, 1, '[Authority] names no Hosts or Domains of its own')

    # --- names -------------------------------------------------------------------------------------------------------
    def check_names(self):
        for path in self.files:
            kind = self.room_of(path)[0]
            if path.suffix == '.c' and kind in ('core', 'token-host', 'cli', 'desktop', 'plugin'):
                self.check_definitions(path)
            if path.suffix == '.h' and kind == 'core' and not path.stem.endswith('-private'):
                self.check_prefixes(path)

    def declared_near(self, path):
        headers = [file for file in self.files if file.suffix == '.h' and file.parent == path.parent]
        return set(re.findall(r'\b([a-z_][a-z0-9_]*)\s*\(', '\n'.join(strip_comments(h.read_text(encoding='utf-8')) for h in headers)))

    def check_definitions(self, path):
        lines = strip_comments(path.read_text(encoding='utf-8', errors='replace')).split('\n')
        declared = None
        for number, line in enumerate(lines[1:], 2):
            match = DEFINITION.match(line)
            before = lines[number - 2]
            if not match or not re.match(r'[A-Za-z_]', before) or before.rstrip().endswith((';', ')', ',', '{')):
                continue
            if re.match(r'static\b|G_DEFINE|typedef\b|extern\b', before) or match.group(1) in ENTRY_POINTS:
                continue
            if declared is None:
                declared = self.declared_near(path)
            if match.group(1) not in declared:
                self.find(path, number, f'{match.group(1)} is neither static nor declared in a header beside it')

    def check_prefixes(self, path):
        text = path.read_text(encoding='utf-8')
        nouns = {path.stem.split('-')[1], self.room_of(path)[1]} | {snake(name).split('_')[1] for name in TYPE.findall(text)}
        escaped = tuple(ESCAPE.findall(text))
        for number, line in enumerate(strip_comments(text).split('\n'), 1):
            match = re.match(r'[A-Za-z_][\w \*]*?[ \*](signet_\w+)\s*\(', line)
            if match and match.group(1).split('_')[1] not in nouns and not match.group(1).startswith(escaped or ('-',)):
                self.find(path, number, f'{match.group(1)} is named after neither its file, its room nor a type of its header')


def write_stamp(options, house):
    """Ninja runs the check again when a file changes, or a folder gains or loses one."""
    paths = [str(path) for path in house.files + sorted(house.folders) if ' ' not in str(path)]
    Path(options.depfile).write_text(f'{options.stamp}: {" ".join(paths)}\n', encoding='utf-8')
    Path(options.stamp).write_text('in order\n', encoding='utf-8')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('top', type=Path)
    parser.add_argument('--layers-only', action='store_true')
    parser.add_argument('--stamp')
    parser.add_argument('--depfile')
    options = parser.parse_args()

    house = House(options.top.resolve())
    house.check_layers()
    if not options.layers_only:
        house.check_files()
        house.check_readmes()
        house.check_names()
        house.check_quarks()
        house.check_profiles()
    for finding in house.findings:
        print(finding)
    if house.findings:
        return 1
    if options.stamp:
        write_stamp(options, house)
    return 0


if __name__ == '__main__':
    sys.exit(main())
