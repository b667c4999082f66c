# SPDX-License-Identifier: GPL-3.0-or-later
"""scep_server: Debian's scepserver, the one nobody here wrote, and a person who answers its certificates at a terminal."""
import os
import pty
import select
import shutil
import socket
import subprocess
import time

from world import CLI, PATIENCE

CHALLENGE = '''
[Field challenge]
Type=secret
Label=Challenge password
Required=true
'''


def start_debian(test, password):
    """Starts it for @test with a CA of its own; returns its port and its depot."""
    if shutil.which('scepserver') is None:
        test.skipTest('scepserver (package scep) is not installed')
    depot = test.person.root / 'depot'
    subprocess.run(['scepserver', 'ca', '-init', '-depot', depot, '-key-password', 'x', '-keySize', '2048'], check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(['scepserver', '-depot', depot, '-capass', 'x', '-port', str(port), '-allowrenew', '0', '-challenge', password],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    test.addCleanup(server.wait)
    test.addCleanup(server.terminate)
    test.wait_for(lambda: listens(port))
    return port, depot


def listens(port):
    with socket.socket() as knock:
        return knock.connect_ex(('127.0.0.1', port)) == 0


def resume_at_a_terminal(person, request):
    """What that server issues is for signing in, not for documents: a person has to say yes to that. Returns status and words."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(CLI, [CLI, 'request', 'resume', str(request), '--pin-file', str(person.pin)], {**person.environment, 'TERM': 'dumb'})
    said = b''
    deadline = time.monotonic() + PATIENCE
    answered = False
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                chunk = os.read(terminal, 4096)
            except OSError:
                break
            if not chunk:
                break
            said += chunk
        if not answered and b'?' in said.rsplit(b'\n', 1)[-1]:
            os.write(terminal, b'y\n')
            answered = True
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode(errors='replace')
