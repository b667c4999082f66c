#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""measure-issue: from the command to an installed certificate, for each protocol: all of it, what the server took, what the token took.

The server stands behind a door that notes how long each answer takes. What the token took is read off the states the command tells as it goes
(key made, certificate installed, test signature), without what the server took in between; the rest is Signet, the plugin and its wall.
Usage: measure-issue.py [--rounds N] [PROTOCOL…]. A protocol adds its line to LINES.
"""
import http.client
import http.server
import os
import re
import select
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import CLI, World  # noqa: E402  pylint: disable=wrong-import-position

STATE = re.compile(r'request \d+ is ([a-z-]+)')


class Door:
    """Before a server: hands everything on, and adds up how long the answers took."""

    def __init__(self, port):
        door = self
        self.seconds = 0.0
        self.by_time = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                began = time.monotonic()
                body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
                server = http.client.HTTPConnection('127.0.0.1', port)
                server.request(self.command, self.path, body or None, {name: value for name, value in self.headers.items() if name != 'Host'})
                answer = server.getresponse()
                data = answer.read()
                door.by_time.append((began, time.monotonic() - began))
                self.send_response(answer.status)
                for name in ('Content-Type', 'Retry-After'):
                    if answer.headers.get(name):
                        self.send_header(name, answer.headers[name])
                self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def between(self, began, ended):
        return sum(took for at, took in self.by_time if began <= at < ended)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class PlainDoor:
    """The same before a server whose words are encrypted: what goes by is bytes, and a server takes its time from the last byte in to the first out."""

    def __init__(self, port):
        self.by_time = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.open_to_all, args=(int(port),), daemon=True).start()

    def open_to_all(self, port):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client, socket.create_connection(('127.0.0.1', port))), daemon=True).start()

    def carry(self, client, server):
        asked = None
        with client, server:
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    now = time.monotonic()
                    if ready is client:
                        asked = now
                        server.sendall(data)
                        continue
                    if asked is not None:
                        self.by_time.append((asked, now - asked))
                        asked = None
                    client.sendall(data)

    between = Door.between

    def close(self):
        self.listener.close()


# --- one line a protocol: its plugin, where its server listens, what a person answers ------------------------------------
def use_cmp(person, world):
    door = Door(int(world.port('CA')))
    path = person.root / 'data/signet/authorities/sample-ca.profile'
    path.write_text(path.read_text(encoding='utf-8').replace(f'127.0.0.1:{world.port("CA")}', f'127.0.0.1:{door.port}'), encoding='utf-8')
    return door, ['--authority', 'sample-ca', '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234',
                  '--secret-file', person.root / 'activation-code']


def use_example(person, world):
    door, arguments = use_cmp(person, world)
    path = person.root / 'data/signet/authorities/sample-ca.profile'
    text = path.read_text(encoding='utf-8').replace('Plugin=cmp', 'Plugin=example').replace('/pkix/', '/simple/')
    path.write_text(re.sub('Subject=.*', 'Subject=CN={name}', text), encoding='utf-8')
    return door, arguments[:4]


def file_profile(person, name, port, chain):
    text = (SOURCE / f'tests/tools/{name}.profile').read_text(encoding='utf-8').replace('@PORT@', str(port))
    folder = person.root / 'data/signet/authorities'
    (folder / f'{name}.profile').write_text(text, encoding='utf-8')
    (folder / f'{name}-chain.pem').write_bytes(chain)


def use_rest(person, world):
    """The portal signs in, takes the application, issues at once, hears that it is installed: three requests a call, two calls."""
    port, end = start_server(person, world, 'signet-test-portal')
    door = with_server(Door(port), end)
    file_profile(person, 'sample-portal', door.port, (world.root / 'pki/chain.pem').read_bytes())
    return door, ['--authority', 'sample-portal', '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--field', 'account=li.na',
                  '--secret-file', person.root / 'activation-code']


def start_server(person, world, program, *arguments):
    """(port, what ends it)"""
    ready = person.root / f'{program}.port'
    server = subprocess.Popen([BUILD / 'tests/servers' / program, world.root / 'pki', '--port-file', ready, *arguments], stderr=subprocess.DEVNULL)
    while not ready.exists() or not ready.read_text():
        time.sleep(0.01)
    return int(ready.read_text()), lambda: (server.terminate(), server.wait())


def with_server(door, end):
    close = door.close
    door.close = lambda: (close(), end())
    return door


def use_sample(person, world, plugin, port):
    """The profile that plugin's documentation begins with."""
    text = (SOURCE / 'plugins' / plugin / 'sample.profile').read_text(encoding='utf-8')
    for name in (f'ra.example:{port}', 'ra.example:443', 'ra.example:80', 'ra.example'):
        text = text.replace(name, f'127.0.0.1:{port}')
    folder = person.root / 'data/signet/authorities'
    (folder / 'example-chain.pem').write_bytes((world.root / 'pki/chain.pem').read_bytes())
    (folder / 'sample.profile').write_text(text.replace(f'Id=example-{plugin}', 'Id=sample'), encoding='utf-8')
    return ['--authority', 'sample', '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--secret-file',
            person.root / 'activation-code']


def use_scep(person, world):
    """GetCACert, GetCACaps, and one message there and back; the one-time RSA key is made in software."""
    code = (person.root / 'activation-code').read_text(encoding='utf-8').strip()
    port, end = start_server(person, world, 'signet-test-scep', '--challenge', code)
    door = with_server(Door(port), end)
    return door, use_sample(person, world, 'scep', door.port)


def use_est(person, world):
    """https: what the server takes for its part of TLS counts as the server's."""
    code = (person.root / 'activation-code').read_text(encoding='utf-8').strip()
    port, end = start_server(person, world, 'signet-test-est', '--user', 'li.na', '--password', code)
    door = with_server(PlainDoor(port), end)
    return door, [*use_sample(person, world, 'est', door.port), '--field', 'user=li.na']


def use_certmonger(person, world):
    """certmonger's CA on this computer: it works in the plugin's own process tree, so that what it takes counts as the rest."""
    state = person.root / 'data/signet/plugin-state/certmonger/sample-helper'
    state.mkdir(parents=True, mode=0o700)
    roots = subprocess.run(['/usr/lib/certmonger/local-submit', '-d', state], env={'CERTMONGER_OPERATION': 'FETCH-ROOTS', 'PATH': '/usr/bin'},
                           capture_output=True, check=True).stdout
    file_profile(person, 'sample-helper', 0, roots[roots.index(b'-----BEGIN'):])
    subprocess.run([CLI, 'plugin', 'allow', '--yes', '--helper', '/usr/lib/certmonger/local-submit', 'certmonger'], env=person.environment,
                   check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return Door(9), ['--authority', 'sample-helper', '--field', 'name=Li Na (sample)']


class Counter:
    """The server of who has none: a person carries a file, and the counter takes its time."""

    def __init__(self, end=lambda: None):
        self.by_time = []
        self.close = end

    between = Door.between

    def certify(self, world, csr, answer):
        began = time.monotonic()
        subprocess.run([BUILD / 'tests/servers/signet-test-ca', 'issue', world.root / 'pki', '--csr', csr, '--out', answer], check=True,
                       capture_output=True)
        self.by_time.append((began, time.monotonic() - began))


def use_pkcs10(person, world):
    """By hand: new, export, the counter, answer: three commands, all of them counted."""
    file_profile(person, 'sample-counter', 0, (world.root / 'pki/chain.pem').read_bytes())
    return Counter(), ['--authority', 'sample-counter', '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd']


LINES = {'cmp': use_cmp, 'est': use_est, 'scep': use_scep, 'rest': use_rest, 'pkcs10': use_pkcs10, 'certmonger': use_certmonger, 'example': use_example}


def run(person, states, *arguments):
    """One command; when the request came to which state goes into @states. Returns the status."""
    process = subprocess.Popen([CLI, 'request', *map(str, arguments)], env={**person.environment, 'G_MESSAGES_DEBUG': 'all'}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors='replace')
    for line in process.stderr:
        match = STATE.search(line)
        if match:
            states[match.group(1)] = time.monotonic()
    return process.wait()


def carry(person, world, counter, states):
    csr, answer = person.root / 'request.csr', person.root / 'answer.pem'
    run(person, states, 'export', '1', '-o', csr)
    counter.certify(world, csr, answer)
    return run(person, states, 'answer', '--pin-file', person.pin, answer)


def issue(world, use):
    """(all, server, token) in seconds."""
    person = world.copy()
    door, arguments = use(person, world)
    states = {}
    try:
        began = time.monotonic()
        status = run(person, states, 'new', '--token', 'Sample token', '--key', 'ec-p256', '--accept-terms', '--pin-file', person.pin, '--wait',
                     '0' if isinstance(door, Counter) else '60', *arguments)
        if isinstance(door, Counter):
            status = carry(person, world, door, states)
        if status != 0 or 'confirmed' not in states:
            raise SystemExit(f'measure-issue: no certificate ({status}); got to {list(states)}')
        ended = time.monotonic()
        steps = [('disclosed', 'key-made'), ('checked', 'installed'), ('installed', 'confirmed')]
        token = sum(states[to] - states[since] - door.between(states[since], states[to]) for since, to in steps)
        return ended - began, door.between(began, ended), token
    finally:
        door.close()
        person.close()


def main():
    words = sys.argv[1:]
    rounds = int(words.pop(words.index('--rounds') + 1)) if '--rounds' in words else 5
    wanted = [word for word in words if not word.startswith('--')] or list(LINES)
    world = World('none')
    try:
        print(f'{"issue":<10}{"all":>10}{"server":>10}{"token":>10}{"rest":>10}   milliseconds, median of {rounds}')
        for name in wanted:
            taken = [issue(world, LINES[name]) for _ in range(rounds)]
            whole, server, token = (statistics.median(column) * 1000 for column in zip(*taken))
            print(f'{name:<10}{whole:10.0f}{server:10.0f}{token:10.0f}{whole - server - token:10.0f}', flush=True)
    finally:
        world.close()


main()
