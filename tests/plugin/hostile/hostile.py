#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile.py: a plugin that tries what it must not. The method of the call names the attempt; the result tells how it went.

Attempts to look or reach out answer {"got": …} when they succeeded and {"refused": reason} when the wall held; attempts on the
conversation write what breaks it.
"""
import ctypes
import json
import os
import socket
import sys
import time


def say(line):
    sys.stdout.write(line if isinstance(line, str) else json.dumps(line) + '\n')
    sys.stdout.flush()


def attempt(action):
    try:
        return {'got': repr(action())[:500]}
    except (OSError, MemoryError) as error:
        return {'refused': str(error)}


def read(path):
    with open(path, 'rb') as file:
        return file.read(100)


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(2)
        sock.connect(address)
    return 'connected'


def fill(path):
    written = 0
    with open(path, 'wb') as file:
        while written < 1 << 30:
            written += file.write(bytes(1 << 20))
            file.flush()
    return written


def many_files():
    for number in range(200):
        fill(f'/tmp/file{number}')


def memory():
    blocks = []
    while len(blocks) < 4096:
        blocks.append(bytearray(1 << 20))
    return len(blocks)


def shared_memory():
    return os.memfd_create('x')


def trace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, 1, 0, 0) != 0:   # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), 'ptrace')


def others():
    return sorted(name for name in os.listdir('/proc') if name.isdigit())


def fork():
    if os.fork() == 0:
        os._exit(0)
    return 'forked'


def spawn():
    import subprocess
    return subprocess.run(['/usr/bin/true'], check=False).returncode


def deep(ident):
    say('{"id":%d,"result":%s%s}\n' % (ident, '[' * 40, ']' * 40))


def flood(ident):
    while True:
        say({'method': 'log', 'params': {'text': 'x' * 1000}})


def flood_stderr(ident):
    for _ in range(100000):
        sys.stderr.write('y' * 1000)
    say({'id': ident, 'result': {}})


def long_line(ident):
    while True:
        say('z' * 100000)


def nested_bomb(ident):
    say('[' * 1000000 + '\n')


def ask(ident, method, params, number=[0]):
    number[0] += 1
    say({'id': number[0], 'method': method, 'params': params})
    return json.loads(sys.stdin.readline())


def ask_same_id(ident):
    for _ in range(2):
        say({'id': 7, 'method': 'x', 'params': {}})
        sys.stdin.readline()


LOOKS = {
    'home': lambda p: [os.listdir(p['home'])],
    'root': lambda p: [name for name in os.listdir('/')],
    'shadow': lambda p: read('/etc/shadow'),
    'passwd': lambda p: read('/etc/passwd'),
    'file': lambda p: read(p['path']),
    'environment': lambda p: dict(os.environ),
    'bus': lambda p: connect(socket.AF_UNIX, p['path']),
    'reader': lambda p: connect(socket.AF_UNIX, '/run/pcscd/pcscd.comm'),
    'network': lambda p: connect(socket.AF_INET, ('127.0.0.1', p['port'])),
    'abstract': lambda p: connect(socket.AF_UNIX, '\0signet-test'),
    'write-own-folder': lambda p: open('/app/new', 'w'),
    'write-root': lambda p: open('/new', 'w'),
    'write-usr': lambda p: open('/usr/new', 'w'),
    'disk': lambda p: fill('/tmp/big'),
    'disk-many': lambda p: many_files(),
    'disk-shm': lambda p: fill('/dev/shm/big'),
    'memory': lambda p: memory(),
    'shared-memory': lambda p: shared_memory(),
    'trace': lambda p: trace(),
    'others': lambda p: others(),
    'fork': lambda p: fork(),
    'spawn': lambda p: spawn(),
    'kill': lambda p: os.kill(p['pid'], 9),
    'descriptors': lambda p: sorted(os.listdir('/proc/self/fd')),
    'capabilities': lambda p: [line for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapBnd', 'NoNewPrivs'))],
}

BREAKS = {
    'not-json': lambda i: say('hello there\n'),
    'not-utf8': lambda i: (sys.stdout.buffer.write(b'{"id":1,"result":"\xff\xfe"}\n'), sys.stdout.flush()),
    'two-objects': lambda i: say('{"id":%d,"result":{}}{"id":%d,"result":{}}\n' % (i, i)),
    'deep': deep,
    'nested-bomb': nested_bomb,
    'long-line': long_line,
    'wrong-id': lambda i: say({'id': i + 100, 'result': {}}),
    'no-id': lambda i: say({'result': {}}),
    'text-id': lambda i: say({'id': 'one', 'result': {}}),
    'both': lambda i: say({'id': i, 'result': {}, 'error': {'code': 'failed', 'text': ''}}),
    'same-id': ask_same_id,
    'flood': flood,
    'stderr-flood': flood_stderr,
    'hang': lambda i: time.sleep(1000),
    'half-line': lambda i: (say('{"id":%d,' % i), time.sleep(1000)),
    'die': lambda i: os._exit(3),
    'crash': lambda i: os.kill(os.getpid(), 11),
    'close': lambda i: (os.close(1), time.sleep(1000)),
    'markup': lambda i: say({'id': i, 'error': {'code': 'rejected', 'text': '<b>bold</b> \x1b[31mred\x1b[0m \u202egnp.exe\n\0end'}}),
    'long-text': lambda i: say({'id': i, 'error': {'code': 'rejected', 'text': 'w' * 900000}}),
    'unknown-code': lambda i: say({'id': i, 'error': {'code': 'sudo', 'text': 'x'}}),
}


def main():
    for line in sys.stdin:
        call = json.loads(line)
        ident, method, params = call['id'], call['method'], call.get('params', {})
        if method == 'hello':
            say({'id': ident, 'result': {'api': 1, 'methods': []}})
        elif method in LOOKS:
            say({'id': ident, 'result': attempt(lambda: LOOKS[method](params))})
        elif method in BREAKS:
            BREAKS[method](ident)
        elif method == 'ask':
            say({'id': ident, 'result': ask(ident, params['method'], params.get('params', {}))})
        elif method == 'afterwards':
            say({'id': ident, 'result': {}})
            say({'id': ident, 'result': {}})
            time.sleep(0.2)
        else:
            say({'id': ident, 'result': {}})


main()
