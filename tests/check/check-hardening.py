#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-hardening: every program we would install is position independent, fully RELRO, with canaries, FORTIFY and no executable stack.

Reads the binaries with readelf. Usage: check-hardening.py BUILDFOLDER. Programs that are not built are named, and at least one must be.
"""
import re
import subprocess
import sys
from pathlib import Path

PROGRAMS = ('app/cli/signet', 'app/desktop/signet-desktop', 'app/token-host/signet-token-host')
# libc functions for which FORTIFY has a checked twin; a program that calls only the unchecked ones was built without it
FORTIFIABLE = {'memcpy', 'memmove', 'memset', 'strcpy', 'strncpy', 'strcat', 'sprintf', 'snprintf', 'vsnprintf', 'printf', 'fprintf',
               'read', 'pread', 'pread64', 'recv', 'realpath', 'readlink', 'poll', 'open', 'open64', 'openat', 'openat64'}


def readelf(path, *flags):
    return subprocess.run(['readelf', '-W', *flags, str(path)], capture_output=True, text=True, check=True, env={'LC_ALL': 'C', 'PATH': '/usr/bin:/bin'}).stdout


def imported(path):
    return {match.group(1) for match in re.finditer(r' UND (\w+)', readelf(path, '--dyn-syms'))}


def faults(path):
    header, segments, dynamic = readelf(path, '-h'), readelf(path, '-l'), readelf(path, '-d')
    symbols = imported(path)
    if not re.search(r'Type:\s+DYN', header) or 'INTERP' not in segments:
        yield 'not position independent (PIE)'
    if 'GNU_RELRO' not in segments or not re.search(r'BIND_NOW|FLAGS_1.*NOW', dynamic):
        yield 'RELRO is not full'
    if not re.search(r'GNU_STACK.* RW ', segments):
        yield 'the stack is executable'
    if '__stack_chk_fail' not in symbols:
        yield 'no stack protector'
    if symbols & FORTIFIABLE and not any(symbol.endswith('_chk') and symbol != '__stack_chk_fail' for symbol in symbols):
        yield 'no FORTIFY: ' + ', '.join(sorted(symbols & FORTIFIABLE))
    if re.search(r'TEXTREL', dynamic):
        yield 'text relocations'


def main():
    build = Path(sys.argv[1])
    plugins = [path for path in sorted(build.glob('plugins/*/*')) if path.is_file() and path.read_bytes()[:4] == b'\x7fELF' and path.suffix == '']
    programs = [build / name for name in PROGRAMS if (build / name).exists()] + plugins
    bad = [f'{path.relative_to(build)}: {fault}' for path in programs for fault in faults(path)]
    for line in bad:
        print(line)
    print(f'{len(programs)} programs read: ' + ', '.join(str(path.relative_to(build)) for path in programs))
    return 1 if bad or not programs else 0


if __name__ == '__main__':
    sys.exit(main())
