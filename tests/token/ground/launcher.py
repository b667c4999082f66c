# SPDX-License-Identifier: GPL-3.0-or-later
"""launcher: runs a command beside services of its own, in namespaces nobody else sees.

The services get their own mounts (a fresh /run, the p11-kit folder), their own shared memory, their own network (loopback alone: the ports
of a virtual reader listen on every address) and their own process numbers: when the first process of those ends, or is killed, the
kernel ends all others and everything that was written is gone with the memory it stood in. Root and ordinary users alike; where a system forbids namespaces
to ordinary users, or a package is missing, the status is 77 and the reason is said.

Not here: what is started, which is in the with-* programs beside this file.
"""
import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

USAGE, CANNOT = 64, 77
MODULE_FOLDER = pathlib.Path('/usr/share/p11-kit/modules')
LIBRARIES = [pathlib.Path(folder) for folder in (f'/usr/lib/{os.uname().machine}-linux-gnu', '/usr/lib64', '/usr/lib')]
libc = ctypes.CDLL(None, use_errno=True)


class Cannot(Exception):
    """This machine cannot have this kind of token, and why."""


def check(result, what):
    if result != 0:
        raise Cannot(f'{what}: {os.strerror(ctypes.get_errno())}')


def mount(source, target, kind, flags, options=None):
    check(libc.mount(*(None if text is None else os.fsencode(text) for text in (source, target, kind)), flags,
                     None if options is None else options.encode()), f'mounting {target}')


def find_library(*names):
    """The first of these files below the system's library folders."""
    for name in names:
        for folder in LIBRARIES:
            if (folder / name).exists():
                return str(folder / name)
    raise Cannot(f'{names[0]} is not installed')


def find_program(name):
    path = shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
    if path is None:
        raise Cannot(f'{name} is not installed')
    return path


class Place:
    """Where the services of one run live: a folder in memory, their processes, what the command is told in its environment."""

    def __init__(self):
        self.folder = pathlib.Path('/run/signet-ground')
        self.folder.mkdir(mode=0o700)
        self.environment = dict(os.environ)

    def tell(self, **values):
        """SIGNET_GROUND_NAME=value for the command; names in capitals already are told as they are."""
        for name, value in values.items():
            self.environment[name if name.isupper() else 'SIGNET_GROUND_' + name.upper()] = str(value)

    def offer(self, *modules):
        """These modules, and no others, are what p11-kit's configuration names."""
        self.tell(modules=':'.join(modules))
        if MODULE_FOLDER.is_dir():
            mount('tmpfs', MODULE_FOLDER, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=755')
            for number, module in enumerate(modules):
                (MODULE_FOLDER / f'signet-ground-{number}.module').write_text(f'module: {module}\n', encoding='utf-8')

    def log(self, name):
        return self.folder / f'{name}.log'

    def start(self, name, arguments, ready, patience=20):
        """Starts a service; waits until ready() is true."""
        with open(self.log(name), 'ab') as log:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        deadline = time.monotonic() + patience
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f'{name} did not start:\n' + self.log(name).read_text(encoding='utf-8', errors='replace')[-2000:])
            time.sleep(0.01)
        return process

    def run(self, *arguments, binary=False):
        """Runs a program to its end; what it printed."""
        done = subprocess.run([str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment, check=False)
        if done.returncode != 0:
            said = (done.stdout + done.stderr)[-2000:].decode(errors='replace')
            raise RuntimeError(f'{arguments[0]} ended with {done.returncode}:\n{said}')
        return done.stdout if binary else done.stdout.decode()


def listens(port):
    def ready():
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', port)) == 0
    return ready


def listening(port):
    """Like listens(), for a service that would take the asking itself for its one client."""
    def ready():
        with open('/proc/net/tcp', encoding='ascii') as table:
            return any(line.split()[1].endswith(f':{port:04X}') and line.split()[3] == '0A' for line in list(table)[1:])
    return ready


def map_identity(user, group):
    """Root inside is who we are outside."""
    pathlib.Path('/proc/self/setgroups').write_text('deny', encoding='ascii')
    pathlib.Path('/proc/self/uid_map').write_text(f'0 {user} 1', encoding='ascii')
    pathlib.Path('/proc/self/gid_map').write_text(f'0 {group} 1', encoding='ascii')


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack('16sH22x', b'lo', 0)
        flags = struct.unpack('16sH22x', fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack('16sH22x', b'lo', flags | IFF_UP))


def fresh_run_folder():
    """A /run of our own; what a window or a bus of the person's session needs of the old one stays reachable."""
    kept = {name: os.open(f'/run/{name}', os.O_PATH) for name in ('user', 'dbus') if os.path.isdir(f'/run/{name}')}
    mount('tmpfs', '/run', 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=755')
    for name in ('lock', *kept):
        os.mkdir(f'/run/{name}')
    for name, old in kept.items():
        mount(f'/proc/self/fd/{old}', f'/run/{name}', None, MS_BIND | MS_REC)
        os.close(old)


def enter():
    """Everything but the process numbers, which begin with the next child."""
    user, group = os.getuid(), os.getgid()
    check(libc.unshare((CLONE_NEWUSER if user != 0 else 0) | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID), 'namespaces of our own')
    if user != 0:
        map_identity(user, group)


def prepare():
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), 'dying with our parent')
    mount(None, '/', None, MS_REC | MS_PRIVATE)
    mount('proc', '/proc', 'proc', MS_NOSUID | MS_NODEV)
    mount('tmpfs', '/dev/shm', 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=1777')
    raise_loopback()
    fresh_run_folder()


def status_of(wait_status):
    code = os.waitstatus_to_exitcode(wait_status)
    return code if code >= 0 else 128 - code


def wait_for(child):
    """Passes signals on to @child and waits for it, burying everybody else's dead meanwhile."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, frame: os.kill(child, received))
    while True:
        ended, wait_status = os.waitpid(-1, 0)
        if ended == child:
            return status_of(wait_status)


def inside(start, command):
    """The first process of the new namespaces: its end is the end of all."""
    try:
        prepare()
        place = Place()
        start(place)
        child = subprocess.Popen(command, env=place.environment)
        return wait_for(child.pid)
    except (Cannot, RuntimeError, OSError) as problem:
        print(f'{os.path.basename(sys.argv[0])}: {problem}', file=sys.stderr)
        return CANNOT if isinstance(problem, Cannot) else 70


def launch(start, needs=()):
    """The whole of a with-* program. start(place) starts the services; needs: programs looked for first."""
    if len(sys.argv) < 2 or sys.argv[1].startswith('-'):
        print(f'usage: {os.path.basename(sys.argv[0])} COMMAND [ARGUMENT…]', file=sys.stderr)
        sys.exit(USAGE)
    try:
        for program in needs:
            find_program(program)
        enter()
    except (Cannot, OSError) as problem:
        print(f'{os.path.basename(sys.argv[0])}: {problem}', file=sys.stderr)
        sys.exit(CANNOT)
    child = os.fork()
    if child == 0:
        status = inside(start, sys.argv[1:])
        sys.stderr.flush()
        os._exit(status)
    sys.exit(wait_for(child))
