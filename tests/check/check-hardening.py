#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-hardening: every program we would install is position independent, fully RELRO, with canaries, FORTIFY and no executable stack.

Reads the binaries with readelf. FORTIFY leaves no trace where the compiler can prove a call right, so it is read off the compile
commands; the command line, which surely has calls it cannot prove, must show it. Usage: check-hardening.py BUILDFOLDER
"""
import json
import re
import subprocess
import sys
from pathlib import Path

PROGRAMS = ('app/cli/signet', 'app/desktop/signet-desktop', 'app/token-host/signet-token-host', 'app/core/plugin/signet-plugin-wall')
FORTIFY = re.compile(r'-D_FORTIFY_SOURCE=[23]\b')


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
    if path.name == 'signet' and not any(symbol.endswith('_chk') and symbol != '__stack_chk_fail' for symbol in symbols):
        yield 'no FORTIFY in the binary'
    if re.search(r'TEXTREL', dynamic):
        yield 'text relocations'


def unfortified(build):
    for entry in json.loads((build / 'compile_commands.json').read_text(encoding='utf-8')):
        if re.match(r'(\.\./)?(app|plugins)/', entry['file']) and not FORTIFY.search(entry['command']):
            yield f'{entry["file"]}: compiled without FORTIFY'


def main():
    build = Path(sys.argv[1])
    plugins = [path for path in sorted(build.glob('plugins/*/*')) if path.is_file() and path.read_bytes()[:4] == b'\x7fELF' and path.suffix == '']
    programs = [build / name for name in PROGRAMS if (build / name).exists()] + plugins
    bad = [f'{path.relative_to(build)}: {fault}' for path in programs for fault in faults(path)] + list(unfortified(build))
    for line in bad:
        print(line)
    print(f'{len(programs)} programs read: ' + ', '.join(str(path.relative_to(build)) for path in programs))
    return 1 if bad or not programs else 0


if __name__ == '__main__':
    sys.exit(main())
