# SPDX-License-Identifier: GPL-3.0-or-later
"""memory: what stands in the memory of a process that runs: every mapped byte, and which of it is locked."""
import os
import re
from pathlib import Path

SKIPPED_REGIONS = ('[vvar', '[vsyscall]')


def forms(secret):
    """As it may lie in memory: UTF-8, and as a toolkit or a terminal would widen it."""
    return [secret.encode('utf-8'), secret.encode('utf-16-le'), secret.encode('utf-32-le')]


def regions(pid):
    for line in Path(f'/proc/{pid}/maps').read_text(encoding='utf-8', errors='replace').split('\n'):
        match = re.match(r'([0-9a-f]+)-([0-9a-f]+) (r\S+) \S+ \S+ \S+ *(.*)', line)
        if match and not match.group(4).startswith(SKIPPED_REGIONS):
            yield int(match.group(1), 16), int(match.group(2), 16), match.group(4) or 'anonymous'


def locked_regions(pid):
    """Where the ones begin that are never swapped out."""
    start = None
    found = set()
    for line in Path(f'/proc/{pid}/smaps').read_text(encoding='utf-8', errors='replace').split('\n'):
        match = re.match(r'([0-9a-f]+)-[0-9a-f]+ ', line)
        if match:
            start = int(match.group(1), 16)
        elif line.startswith('VmFlags:') and 'lo' in line.split():
            found.add(start)
    return found


def find_in_memory(pid, *wanted, besides=()):
    """The regions where any of @wanted stands, with what stands around it; reads everything that is mapped, but for regions that begin at
    one of @besides."""
    found = []
    total = 0
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        for start, end, name in regions(pid):
            if start in besides:
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue  # a device, or a hole in a file
            total += len(data or b'')
            for needle in wanted:
                at = (data or b'').find(needle)
                while at >= 0:
                    found.append(f'{name} +{at:#x}: {data[max(0, at - 32):at + len(needle) + 32]!r}')
                    at = data.find(needle, at + 1)
    if total < 1 << 20:
        raise AssertionError(f'only {total} bytes of process {pid} could be read')
    return found


def children(pid):
    """All below, the token's process among them."""
    found = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text(encoding='utf-8', errors='replace').rsplit(')', 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found + [grandchild for child in found for grandchild in children(child)]


def is_held(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rsplit(')', 1)[1].split()[0] == 'T'
    except OSError:
        return False


def may_read_others():
    """The token's process cannot be read by anybody but root: that is the point of it."""
    return os.geteuid() == 0
