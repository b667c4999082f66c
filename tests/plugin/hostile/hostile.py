#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile.py: a plugin that tries what it must not. The method of the call names the attempt; the result tells how it went.

Attempts to look or reach out answer {"got": …} when they succeeded and {"refused": reason} when the wall held; attempts on the
conversation write what breaks it.
"""
import ctypes
import fcntl
import json
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import termios
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
# the numbers of <asm/unistd_64.h>, where they differ from those all architectures share
NUMBERS = {
    'x86_64': {'ptrace': 101, 'process_vm_readv': 310, 'kcmp': 312, 'fork': 57, 'vfork': 58, 'clone': 56, 'unshare': 272, 'setns': 308,
               'add_key': 248, 'request_key': 249, 'keyctl': 250, 'bpf': 321, 'perf_event_open': 298, 'userfaultfd': 323,
               'memfd_create': 319, 'shmget': 29, 'msgget': 68, 'semget': 64, 'mlock': 149, 'mlockall': 151, 'mount': 165, 'umount2': 166,
               'chroot': 161, 'pivot_root': 155, 'mknod': 133, 'open_by_handle_at': 304, 'name_to_handle_at': 303, 'clock_settime': 227,
               'settimeofday': 164, 'sethostname': 170, 'syslog': 103, 'init_module': 175, 'kexec_load': 246, 'reboot': 169,
               'swapon': 167, 'acct': 163, 'iopl': 172, 'modify_ldt': 154, 'fanotify_init': 300, 'prlimit64': 302},
}
SHARED = {'clone3': 435, 'io_uring_setup': 425, 'pidfd_open': 434, 'pidfd_getfd': 438, 'pidfd_send_signal': 424, 'open_tree': 428,
          'move_mount': 429, 'fsopen': 430, 'mount_setattr': 442, 'memfd_secret': 447, 'process_madvise': 440}
CLONE_NEWUSER, SIGCHLD = 0x10000000, 17


def say(line):
    sys.stdout.write(line if isinstance(line, str) else json.dumps(line) + '\n')
    sys.stdout.flush()


def attempt(action):
    try:
        return {'got': repr(action())[:2000]}
    except (OSError, MemoryError, ValueError, RuntimeError) as error:
        return {'refused': f'{type(error).__name__}: {error}'}


def system_call(name, *arguments):
    number = SHARED.get(name) or NUMBERS.get(platform.machine(), {}).get(name)
    if number is None:
        raise OSError(38, f'no number of {name} for this machine')
    ctypes.set_errno(0)
    result = LIBC.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read(path):
    with open(path, 'rb') as file:
        return file.read(100)


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(2)
        sock.connect(address)
    return 'connected'


def any_socket(family):
    with socket.socket(family, socket.SOCK_RAW if family == 17 else socket.SOCK_DGRAM) as sock:
        return sock.fileno()


def passed_socket():
    """A pair is nobody else's; but a descriptor that came over one would be."""
    one, other = socket.socketpair()
    with one, other:
        one.bind('\0signet-hostile')
    return 'bound'


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


def many_threads():
    """How many there can be: a bomb must burn out."""
    stop = threading.Event()
    started = []
    try:
        while len(started) < 2000:
            thread = threading.Thread(target=stop.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return f'burnt out at {len(started)}'
    finally:
        stop.set()
    return len(started)


def many_descriptors():
    files = []
    while len(files) < 5000:
        files.append(open('/dev/null', 'rb'))
    return len(files)


def higher_limit():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return resource.getrlimit(resource.RLIMIT_AS)


def others():
    return sorted(name for name in os.listdir('/proc') if name.isdigit())


def fork():
    if os.fork() == 0:
        os._exit(0)
    return 'forked'


def fork_by_call(name, *arguments):
    child = system_call(name, *arguments)
    if child == 0:
        os._exit(0)
    return child


def spawn():
    return subprocess.run(['/usr/bin/true'], check=False).returncode


def leave_behind(mark):
    """A process of its own session that nobody waits for."""
    subprocess.Popen(['/usr/bin/python3', '-c', 'import time; time.sleep(1000)', mark], start_new_session=True,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return 'left'


def written_program(path):
    with open(path, 'wb') as file:
        file.write(b'#!/usr/bin/true\n')
    os.chmod(path, 0o755)
    os.execv(path, [path])


def through_link():
    os.symlink('/proc/1/root', '/tmp/way-out')
    return os.listdir('/tmp/way-out/home')


def type_into(request):
    return fcntl.ioctl(0, request, b'x')


def set_user_id():
    """A mount that honours the bit, or a process that may gain by it, would be a way up."""
    with open('/proc/self/mounts', encoding='utf-8') as file:
        open_ways = [line.split()[1] for line in file if 'nosuid' not in line.split()[3].split(',')]
    if not open_ways:
        raise OSError(1, 'no mount honours it')
    return open_ways


def keep(bytes_each, number):
    folder = os.environ['SIGNET_PLUGIN_STATE']
    for index in range(number):
        # never over one that is there: what fills a folder stays full while it is looked at
        with open(f'{folder}/kept{index}', 'ab') as file:
            file.write(bytes(bytes_each - file.tell()))
    return sorted(os.listdir(folder))[:5]


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


def drip(ident):
    for character in '{"id":%d,"result":{"a":"%s"}}' % (ident, 'x' * 100000):
        say(character)
        time.sleep(0.05)


def stop_itself(ident):
    os.kill(os.getpid(), signal.SIGSTOP)


def raw(ident, line):
    sys.stdout.buffer.write(line.replace(b'ID', str(ident).encode()) + b'\n')
    sys.stdout.flush()


def ask(ident, method, params, number=[0]):
    number[0] += 1
    say({'id': number[0], 'method': method, 'params': params})
    return json.loads(sys.stdin.readline())


def ask_same_id(ident):
    for _ in range(2):
        say({'id': 7, 'method': 'x', 'params': {}})
        sys.stdin.readline()


def ask_endlessly(ident):
    number = 1000
    while True:
        number += 1
        say({'id': number, 'method': 'x', 'params': {}})
        sys.stdin.readline()


LOOKS = {
    # files
    'home': lambda p: [os.listdir(p['home'])],
    'root': lambda p: [name for name in os.listdir('/')],
    'shadow': lambda p: read('/etc/shadow'),
    'passwd': lambda p: read('/etc/passwd'),
    'resolver': lambda p: read('/etc/resolv.conf'),
    'machine': lambda p: read('/etc/machine-id'),
    'sys': lambda p: os.listdir('/sys'),
    'run': lambda p: os.listdir('/run'),
    'file': lambda p: read(p['path']),
    'through-link': lambda p: through_link(),
    'other-memory': lambda p: read('/proc/1/mem'),
    'other-environment': lambda p: [read(f'/proc/{pid}/environ') for pid in others() if int(pid) != os.getpid()] or read('/proc/1/environ'),
    'kernel-memory': lambda p: read('/dev/mem'),
    'kernel-log': lambda p: read('/dev/kmsg'),
    'terminal': lambda p: read('/dev/tty'),
    'devices': lambda p: sorted(os.listdir('/dev')),
    'environment': lambda p: dict(os.environ),
    # sockets
    'bus': lambda p: connect(socket.AF_UNIX, p['path']),
    'system-bus': lambda p: connect(socket.AF_UNIX, '/run/dbus/system_bus_socket'),
    'reader': lambda p: connect(socket.AF_UNIX, '/run/pcscd/pcscd.comm'),
    'network': lambda p: connect(socket.AF_INET, ('127.0.0.1', p['port'])),
    'network-6': lambda p: connect(socket.AF_INET6, ('::1', 80)),
    'abstract': lambda p: connect(socket.AF_UNIX, '\0signet-test'),
    'pair': lambda p: passed_socket(),
    'family': lambda p: any_socket(p['number']),
    'name': lambda p: socket.getaddrinfo('localhost.example.com', 80),
    # writing
    'write-own-folder': lambda p: open('/app/new', 'w'),
    'write-root': lambda p: open('/new', 'w'),
    'write-usr': lambda p: open('/usr/new', 'w'),
    'write-dev': lambda p: open('/dev/new', 'w'),
    'write-kernel': lambda p: open('/proc/sys/kernel/hostname', 'w').write('x'),
    'write-panic': lambda p: open('/proc/sysrq-trigger', 'w').write('h'),
    'make-device': lambda p: os.mknod('/tmp/null', 0o600 | 0o020000, os.makedev(1, 3)),
    'disk': lambda p: fill('/tmp/big'),
    'disk-many': lambda p: many_files(),
    'disk-shm': lambda p: fill('/dev/shm/big'),
    'memory': lambda p: memory(),
    'descriptors-many': lambda p: many_descriptors(),
    'higher-limit': lambda p: higher_limit(),
    'threads': lambda p: many_threads(),
    # processes
    'trace': lambda p: system_call('ptrace', 16, 1, 0, 0),
    'others': lambda p: others(),
    'fork': lambda p: fork(),
    'fork-call': lambda p: fork_by_call('fork'),
    'vfork-call': lambda p: fork_by_call('vfork'),
    'clone-call': lambda p: fork_by_call('clone', SIGCHLD, 0, 0, 0, 0),
    'clone3-call': lambda p: fork_by_call('clone3', (ctypes.c_uint64 * 11)(0, 0, 0, 0, SIGCHLD), 88),
    'clone-user': lambda p: fork_by_call('clone', SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0),
    'spawn': lambda p: spawn(),
    'leave-behind': lambda p: leave_behind(p['mark']),
    'run-written': lambda p: written_program('/tmp/program'),
    'run-shared': lambda p: written_program('/dev/shm/program'),
    'set-user-id': lambda p: set_user_id(),
    'kill': lambda p: os.kill(p['pid'], 9),
    'kill-first': lambda p: os.kill(1, 9),
    'kill-parent': lambda p: os.kill(os.getppid(), 9),
    'kill-all': lambda p: os.kill(-1, 9),
    'descriptors': lambda p: sorted(os.listdir('/proc/self/fd')),
    'capabilities': lambda p: [line for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp:'))],
    # the kernel
    'type': lambda p: type_into(termios.TIOCSTI),
    'paste': lambda p: type_into(0x541C),   # TIOCLINUX
    'new-user': lambda p: system_call('unshare', CLONE_NEWUSER),
    'call': lambda p: system_call(p['name'], *([0] * 6)),
    'keep': lambda p: keep(p['bytes'], p['number']),
    'state': lambda p: sorted(os.listdir(os.environ['SIGNET_PLUGIN_STATE'])),
}

BREAKS = {
    'not-json': lambda i: say('hello there\n'),
    'not-utf8': lambda i: raw(i, b'{"id":ID,"result":"\xff\xfe"}'),
    'overlong-utf8': lambda i: raw(i, b'{"id":ID,"result":"\xc0\xaf"}'),
    'raw-surrogate': lambda i: raw(i, b'{"id":ID,"result":"\xed\xa0\x80"}'),
    'nul': lambda i: raw(i, b'{"id":ID,"result":"\x00"}'),
    'mark-first': lambda i: raw(i, b'\xef\xbb\xbf{"id":ID,"result":{}}'),
    'two-objects': lambda i: say('{"id":%d,"result":{}}{"id":%d,"result":{}}\n' % (i, i)),
    'array': lambda i: say('[{"id":%d,"result":{}}]\n' % i),
    'comment': lambda i: say('{"id":%d,/* hello */"result":{}}\n' % i),
    'not-a-number': lambda i: say('{"id":%d,"result":NaN}\n' % i),
    'deep': deep,
    'nested-bomb': nested_bomb,
    'long-line': long_line,
    'wrong-id': lambda i: say({'id': i + 100, 'result': {}}),
    'earlier-id': lambda i: say({'id': 1, 'result': {}}) if i > 1 else None,
    'no-id': lambda i: say({'result': {}}),
    'text-id': lambda i: say({'id': 'one', 'result': {}}),
    'negative-id': lambda i: say({'id': -i, 'result': {}}),
    'fraction-id': lambda i: say('{"id":%d.5,"result":{}}\n' % i),
    'huge-id': lambda i: say('{"id":99999999999999999999999999,"result":{}}\n'),
    'huge-exponent': lambda i: say('{"id":1e400,"result":{}}\n'),
    'both': lambda i: say({'id': i, 'result': {}, 'error': {'code': 'failed', 'text': ''}}),
    'neither': lambda i: say({'id': i}),
    'error-text': lambda i: say({'id': i, 'error': 'no'}),
    'no-method': lambda i: say({'id': 900, 'method': '', 'params': {}}),
    'list-params': lambda i: say({'id': 900, 'method': 'log', 'params': []}),
    'asks-without-id': lambda i: say({'method': 'csr.make', 'params': {}}),
    'same-id': ask_same_id,
    'asks-endlessly': ask_endlessly,
    'flood': flood,
    'stderr-flood': flood_stderr,
    'hang': lambda i: time.sleep(1000),
    'half-line': lambda i: (say('{"id":%d,' % i), time.sleep(1000)),
    'drip': drip,
    'stop-itself': stop_itself,
    'die': lambda i: os._exit(3),
    'crash': lambda i: os.kill(os.getpid(), 11),
    'close': lambda i: (os.close(1), time.sleep(1000)),
    'becomes-another': lambda i: os.execv('/usr/bin/cat', ['cat', '/dev/zero']),
    'markup': lambda i: say({'id': i, 'error': {'code': 'rejected', 'text': '<b>bold</b> \x1b[31mred\x1b[0m \u202egnp.exe\n\0end'}}),
    'long-text': lambda i: say({'id': i, 'error': {'code': 'rejected', 'text': 'w' * 900000}}),
    'unknown-code': lambda i: say({'id': i, 'error': {'code': 'sudo', 'text': 'x'}}),
}


def main():
    for line in sys.stdin:
        call = json.loads(line)
        ident, method, params = call['id'], call['method'], call.get('params', {})
        if method == 'hello':
            say({'id': ident, 'result': {'api': 1, 'methods': ['form']}})
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
        elif method == 'stay':
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            say({'id': ident, 'result': {}})
            while True:
                time.sleep(1000)
        else:
            say({'id': ident, 'result': {}})


main()
